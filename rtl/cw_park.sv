// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Park: requests that wait for the host. They hold no stamp (P8).
//
// The first fault of a (context, page, access) writes a record to the fault ring; later ones join it (P32). A record is
// written only if the ring has a slot, asked in the same cycle (P16). RESUME names index and generation; it ends the
// record's request and all that joined, one per cycle: RETRY looks them up again, ABORT and ONES answer them, EMULATED
// answers the record's request with data and looks the others up again, for their offsets differ (P34).
// `abort_*` ends everything of one context with ABORT (P33). A generation goes on by one each time its entry is freed,
// and comes back after 2^GENS times: no RESUME with the old one may exist then (P32).
// While the scope of a request is stopped it is not looked up again (P30): the head of the retry queue then goes back
// to its entry (`held`), and each START, and the end of a context, sends all held entries through the queue once more.
// While a port is in reset (`swept`: now and then) the records that its requests have, or joined, are ended by RETRY:
// its requests end at their lookup, those of others fault once more. `lost_*` ends a record that host memory did not
// take, and all that joined it, with ABORT, BUS_ERROR.
// A context has at most its quota of entries, so that one that only faults leaves room for the others (P38).
// `count_*` counts the entries in use of a scope, one per cycle, for DRAIN.
//
// Mutants: NO_PARK_QUOTA knows no quota; STOP_LEAKS_RETRY looks parked requests up again although their
// scope is stopped; LOST_JOINED leaves those that joined a lost record where they are;
// GEN_STICKS does not begin again after the last generation.
module cw_park #(
  parameter int unsigned GENS = cw_pkg::PARK_GEN_W
) (
  input  logic                       clk,
  input  logic                       rst_n,
  input  logic [63:0]                cycle,
  // from resolve; park_ask: a request is there that may have to park
  input  logic                       park_ask,
  input  logic                       park_valid,
  output logic                       park_room,
  input  cw_t::look_t                park_req,
  input  cw_t::fault_t               park_fault,
  input  logic [cw_pkg::PARK_W:0]    park_quota,     // of its context
  output logic                       over_quota,
  // fault ring
  output logic                       fr_valid,
  input  logic                       fr_ready,
  output cw_t::fault_t               fr,
  // RESUME
  input  logic                       resume_valid,
  output logic                       resume_ready,
  input  cw_t::resume_t              resume,
  output logic [7:0]                 resume_status,
  output logic                       resumed,        // a RESUME ended a fault: entries may have changed
  // ABORT of a context
  input  logic                       abort_valid,
  input  logic [cw_pkg::CTX_W-1:0]   abort_ctx,
  output logic                       abort_busy,
  // records that host memory did not take; ports in reset
  input  logic                       lost_valid,
  output logic                       lost_ready,
  input  logic [cw_pkg::GEN_W-1:0]   lost_gen,
  input  logic [cw_pkg::PARK_W-1:0]  lost_index,
  input  logic [cw_pkg::GEN_W-1:0]   data_gen,        // a record on its way out: is its request still parked?
  input  logic [cw_pkg::PARK_W-1:0]  data_index,
  output logic                       data_open,
  input  logic                       swept,
  input  logic [cw_pkg::NPORT-1:0]   port_reset,
  // retries to the lookup pipe
  output logic                       retry_valid,
  input  logic                       retry_ready,
  output cw_t::look_t                retry,
  input  logic                       retry_stopped,  // of the request in `retry`
  input  logic                       started,        // a START holds from the next cycle on
  output logic                       busy,           // entries move by themselves
  // entries in use, for DRAIN
  input  logic                       count_ask,
  input  cw_t::scope_t               count_what,
  input  logic                       count_take,
  output logic                       count_done,
  output logic [cw_pkg::PARK_W:0]    count,
  // answers
  output logic [cw_pkg::NPORT-1:0]   ans_valid,
  input  logic [cw_pkg::NPORT-1:0]   ans_ready,
  output cw_t::ans_t                 ans,
  // data of EMULATED answers, per port; held until the answer is taken
  input  logic [cw_pkg::NPORT-1:0]   emul_taken,
  output logic [cw_pkg::NPORT*512-1:0] emul_data,
  // monitor
  output logic                       joined,
  output logic [cw_pkg::PARK_W-1:0]  mon_park,
  output logic [cw_pkg::GEN_W-1:0]   mon_gen,
  output logic                       mon_unpark,
  output logic                       mon_unpark_retry,
  output logic [cw_pkg::PARK_W-1:0]  mon_unpark_idx,
  output cw_t::look_t                mon_unpark_req
);
  localparam int unsigned NP = cw_pkg::NPARK;
  localparam int unsigned IW = cw_pkg::PARK_W;
  localparam int unsigned KW = 52 + cw_pkg::CTX_W + 1;   // page, context, write

  typedef enum logic [1:0] { P_IDLE = 2'd0, P_CHAIN = 2'd1, P_SCAN = 2'd2 } state_e;

  cw_t::look_t           data [NP];
  logic [GENS-1:0]       gens [NP];
  logic [IW-1:0]         next [NP];
  logic [IW-1:0]         last [NP];       // of a record's chain
  logic [cw_pkg::NPORT-1:0] ports [NP];   // of the requests of its chain
  logic [NP-1:0]         leader;          // has a record and can be resumed or joined
  logic [NP-1:0]         match;

  cw_t::req_t park_r;
  assign park_r = park_req.req;
  logic [cw_pkg::NPORT-1:0] park_port;
  assign park_port = cw_pkg::NPORT'(1) << park_req.port;

  // ---- keys of the records ----
  logic [KW-1:0] key [NP];
  logic [KW-1:0] park_key, scan_key;
  assign park_key = {park_r.addr[63:12], park_r.ctx[cw_pkg::CTX_W-1:0], park_r.write};
  assign scan_key = key[scan];
  always_comb begin
    match = '0;
    if (park_ask)
      for (int i = 0; i < NP; i++) match[i] = leader[i] && key[i] == park_key;
  end
  always_ff @(posedge clk) if (fr_valid) key[put_idx] <= park_key;

  // ---- free entries ----
  logic [IW:0] fresh;
  logic f_valid, f_ready, free;
  logic [IW-1:0] f_idx, put_idx, free_idx;
  logic have;
  assign have    = !fresh[IW] || f_valid;
  assign put_idx = fresh[IW] ? f_idx : fresh[IW-1:0];
  cw_fifo #(.W(IW), .LG(IW)) u_free (.clk, .rst_n, .in_valid(free), .in_ready(f_ready), .in_data(free_idx),
                                     .out_valid(f_valid), .out_ready(park_valid && fresh[IW]), .out_data(f_idx));
  always_ff @(posedge clk) begin
    if (!rst_n) fresh <= '0;
    else if (park_valid && !fresh[IW]) fresh <= fresh + 1'b1;
  end

  // ---- park ----
  logic [IW-1:0] match_idx, last_idx;
  assign joined    = match != '0;
  assign over_quota = !cw_pkg::MUT_NO_PARK_QUOTA && of_ctx[park_r.ctx[cw_pkg::CTX_W-1:0]] >= park_quota;
  assign park_room = have && (joined || fr_ready) && !over_quota;
  always_comb begin
    match_idx = '0;
    for (int i = 0; i < NP; i++) if (match[i]) match_idx |= IW'(i);
  end
  assign last_idx = last[match_idx];
  assign fr_valid = park_valid && !joined;
  always_comb begin
    fr           = park_fault;
    fr.timestamp = cycle;
    fr.parked_id = {gens_put, 16'(put_idx)};
  end
  logic [cw_pkg::GEN_W-1:0] gens_put;
  assign gens_put = fresh[IW] ? cw_pkg::GEN_W'(gens[put_idx]) : '0;
  assign mon_park = put_idx;
  assign mon_gen  = joined ? '0 : gens_put;

  // ---- RESUME and abort ----
  state_e state, state_next;
  logic [IW-1:0] cur, cur_last, scan;
  logic [1:0] action;
  logic by_abort, cur_first, step, scan_hit;
  logic [cw_pkg::CTX_W-1:0] scan_ctx;
  cw_t::look_t cur_req;
  cw_t::req_t cur_r;
  logic [cw_pkg::GEN_W-1:0] named_gen;
  logic known, emul_room, cur_retry, accept, scan_done;
  logic [cw_pkg::NPORT-1:0] emul_busy;
  cw_t::look_t named_req;
  logic named_data;                     // the answer will have data

  assign named     = lost_valid ? lost_index : resume.index[IW-1:0];
  assign named_gen = cw_pkg::GEN_W'(gens[named]);
  assign data_open = cw_pkg::GEN_W'(gens[data_index]) == data_gen;
  assign named_req = data[named];
  assign known     = (lost_valid || resume.index < 16'(NP)) && leader[named] &&
                     (named_gen == (lost_valid ? lost_gen : resume.gen) || cw_pkg::MUT_STALE_RESUME);
  assign named_data = !lost_valid && resume.action == cw_pkg::RESUME_EMULATED && named_req.req.len_m1[11:6] == '0;
  assign emul_room = !named_data || !emul_busy[named_req.port];
  assign lost_ready    = state == P_IDLE && !abort_valid && !abort_pending && !sweep_pending;
  assign resume_ready  = lost_ready && !lost_valid;
  assign resume_status = !known ? cw_pkg::ST_UNKNOWN_ID : !emul_room ? cw_pkg::ST_BUSY : cw_pkg::ST_OK;
  assign accept    = ((resume_valid && resume_ready && emul_room) || (lost_valid && lost_ready)) && known;
  assign resumed   = accept;
  assign abort_busy = abort_pending || by_abort;
  logic abort_pending, sweep_pending, sweep, by_loss;
  logic [IW-1:0] named;

  assign cur_req   = data[cur];
  assign cur_r     = cur_req.req;
  assign cur_retry = (action == cw_pkg::RESUME_RETRY && !cw_pkg::MUT_DEAD_RETRY) ||
                     (action == cw_pkg::RESUME_EMULATED && !cur_first);
  assign scan_hit  = leader[scan] && (sweep ? (ports[scan] & port_reset) != '0 :
                                                                     scan_key[1 +: cw_pkg::CTX_W] == scan_ctx);
  assign scan_done = scan == IW'(NP - 1);

  logic rq_ready;
  always_comb begin
    ans.tag     = cur_r.tag;
    ans.epoch   = 1'b0;
    ans.pa      = '0;
    ans.verdict = cw_pkg::MUT_DEAD_ABORT ? cw_pkg::V_ONES : cw_pkg::V_ABORT;
    ans.reason  = by_abort ? cw_pkg::RSN_DETACHED : by_loss ? cw_pkg::RSN_BUS_ERROR : cw_pkg::RSN_BY_HOST;
    if (action == cw_pkg::RESUME_ONES && !cw_pkg::MUT_DEAD_ONES) begin
      ans.verdict = cw_pkg::V_ONES;
      ans.reason  = cw_pkg::RSN_NONE;
    end else if (action == cw_pkg::RESUME_EMULATED) begin
      // An answer has 64 bytes of data (P34).
      ans.verdict = cur_r.len_m1[11:6] == '0 && !cw_pkg::MUT_DEAD_EMULATED ? cw_pkg::V_EMULATED :
                                                                               cw_pkg::V_ABORT;
      ans.reason  = cur_r.len_m1[11:6] == '0 ? cw_pkg::RSN_NONE : cw_pkg::RSN_EMUL_LONG;
    end
    ans_valid = '0;
    ans_valid[cur_req.port] = state == P_CHAIN && !cur_retry;
    step = state == P_CHAIN && (cur_retry ? rq_ready : ans_ready[cur_req.port]);

    state_next = state;
    unique case (state)
      P_IDLE:  if (abort_pending || sweep_pending) state_next = P_SCAN;
               else if (accept) state_next = P_CHAIN;
      P_CHAIN: if (step && cur == cur_last) state_next = by_abort || sweep ? P_SCAN : P_IDLE;
      P_SCAN:  if (scan_hit) state_next = P_CHAIN;
               else if (scan_done && !rescan && !rq_valid) state_next = P_IDLE;
      default: state_next = P_IDLE;
    endcase
  end
  assign free     = retry_valid && retry_ready || (step && !cur_retry);
  assign free_idx = (step && !cur_retry) ? cur : rq_idx;

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      state     <= P_IDLE;
      leader    <= '0;
      by_abort  <= 1'b0;
      abort_pending <= 1'b0;
      sweep_pending <= 1'b0;
      sweep     <= 1'b0;
      emul_busy <= '0;
    end else begin
      state <= state_next;
      if (fr_valid) leader[put_idx] <= 1'b1;
      emul_busy <= emul_busy & ~emul_taken;
      if (accept) begin
        leader[named] <= 1'b0;
        if (named_data) emul_busy[named_req.port] <= 1'b1;
      end
      if (abort_valid) abort_pending <= 1'b1;
      if (swept) sweep_pending <= 1'b1;
      if (state == P_IDLE && abort_pending) begin
        abort_pending <= abort_valid;
        by_abort      <= 1'b1;
      end else if (state == P_IDLE && sweep_pending) begin
        sweep_pending <= swept;
        sweep         <= 1'b1;
      end
      if (state == P_SCAN) begin
        if (scan_hit) leader[scan] <= 1'b0;
        else if (scan_done && !rescan && !rq_valid) begin
          by_abort <= 1'b0;
          sweep    <= 1'b0;
        end
      end
    end
    if (abort_valid) scan_ctx <= abort_ctx;
    if (state == P_IDLE) scan <= '0;
    else if (state == P_SCAN && !scan_hit && !scan_done) scan <= scan + 1'b1;
    if (accept) begin
      cur       <= named;
      cur_last  <= cw_pkg::MUT_LOST_JOINED && lost_valid ? named :
                   (park_valid && joined && match_idx == named) ? put_idx : last[named];
      action    <= lost_valid ? cw_pkg::RESUME_ABORT : resume.action;
      by_loss   <= lost_valid;
      cur_first <= 1'b1;
    end else if (state == P_SCAN && scan_hit) begin
      cur       <= scan;
      cur_last  <= (park_valid && joined && match_idx == scan) ? put_idx : last[scan];
      action    <= sweep ? cw_pkg::RESUME_RETRY : cw_pkg::RESUME_ABORT;
      cur_first <= 1'b1;
    end else if (step) begin
      cur       <= next[cur];
      cur_first <= 1'b0;
    end
    if (park_valid) begin
      data[put_idx] <= park_req;
      if (joined) ports[match_idx] <= ports[match_idx] | park_port;
      else ports[put_idx] <= park_port;
      if (joined) begin
        next[last_idx]  <= put_idx;
        last[match_idx] <= put_idx;
      end else last[put_idx] <= put_idx;
    end
    if (free && !(cw_pkg::MUT_GEN_STICKS && &gens[free_idx])) gens[free_idx] <= gens[free_idx] + 1'b1;
    if (park_valid && !fresh[IW]) gens[put_idx] <= '0;
  end

  // ---- data of EMULATED ----
  for (genvar p = 0; p < cw_pkg::NPORT; p++) begin : g_emul
    logic [511:0] held;
    always_ff @(posedge clk) begin
      if (accept && named_data && named_req.port == cw_pkg::PORT_W'(p))
        held <= cw_pkg::MUT_DEAD_EMUL_DATA ? '0 : resume.data;
    end
    assign emul_data[p*512 +: 512] = held;
  end

  // ---- retries: entries leave the park when the lookup pipe takes them ----
  logic [IW-1:0] rq_idx;
  logic rq_valid;
  cw_t::look_t rq_req;
  logic chain_in, held_in, hold_head;
  assign chain_in = step && cur_retry;
  cw_fifo #(.W(IW), .LG(IW)) u_retry (.clk, .rst_n, .in_valid(chain_in || held_in), .in_ready(rq_ready),
                                      .in_data(chain_in ? cur : rs_idx), .out_valid(rq_valid),
                                      .out_ready(hold_head || (retry_valid && retry_ready)), .out_data(rq_idx));
  assign hold_head   = rq_valid && retry_stopped && !port_reset[rq_req.port] && !cw_pkg::MUT_STOP_LEAKS_RETRY;
  assign retry_valid = rq_valid && !hold_head && !(step && !cur_retry);   // one entry is freed per cycle
  assign rq_req      = data[rq_idx];

  // ---- held while stopped; all of them try again after a START ----
  logic [NP-1:0] held;
  logic rescan;
  logic [IW-1:0] rs_idx;
  assign busy    = rescan || rq_valid || sweep_pending || sweep;
  assign held_in = rescan && held[rs_idx] && !chain_in;      // there is room for every entry
  always_ff @(posedge clk) begin
    if (!rst_n) begin
      held   <= '0;
      rescan <= 1'b0;
    end else if (rescan || hold_head || started || abort_valid || swept) begin
      if (held_in) held[rs_idx] <= 1'b0;
      if (hold_head) held[rq_idx] <= 1'b1;
      if (started || abort_valid || swept) rescan <= 1'b1;
      else if (rs_idx == IW'(NP - 1) && (held_in || !held[rs_idx])) rescan <= 1'b0;
    end
    if (started || abort_valid || swept) rs_idx <= '0;
    else if (rescan && (held_in || !held[rs_idx])) rs_idx <= rs_idx + 1'b1;
  end

  // ---- entries by context ----
  logic [IW:0] of_ctx [cw_pkg::NCTX];
  cw_t::req_t rq_r;
  logic [cw_pkg::CTX_W-1:0] put_ctx, free_ctx;
  assign rq_r     = rq_req.req;
  assign put_ctx  = park_r.ctx[cw_pkg::CTX_W-1:0];
  assign free_ctx = (step && !cur_retry) ? cur_r.ctx[cw_pkg::CTX_W-1:0] : rq_r.ctx[cw_pkg::CTX_W-1:0];
  always_ff @(posedge clk) begin
    if (!rst_n) begin
      for (int c = 0; c < cw_pkg::NCTX; c++) of_ctx[c] <= '0;
    end else if (!(park_valid && free && put_ctx == free_ctx)) begin
      if (park_valid) of_ctx[put_ctx] <= of_ctx[put_ctx] + 1'b1;
      if (free) of_ctx[free_ctx] <= of_ctx[free_ctx] - 1'b1;
    end
  end

  // ---- entries in use of a scope ----
  logic [NP-1:0] used;
  logic [cw_pkg::DOM_W-1:0] dom [NP];
  logic [IW:0] count_at;
  logic count_hit;
  cw_t::look_t count_req;
  cw_t::req_t count_r;
  always_ff @(posedge clk) begin
    if (!rst_n) used <= '0;
    else begin
      if (free) used[free_idx] <= 1'b0;
      if (park_valid) used[put_idx] <= 1'b1;
    end
    if (park_valid) dom[put_idx] <= park_fault.domain[cw_pkg::DOM_W-1:0];
  end
  assign count_req = data[count_at[IW-1:0]];
  assign count_r   = count_req.req;
  always_comb begin
    count_hit = 1'b0;
    if (count_ask) begin
      case (count_what.scope)
        8'(cw_pkg::SCOPE_CTX):  count_hit = count_r.ctx == count_what.id;
        8'(cw_pkg::SCOPE_PORT): count_hit = 16'(count_req.port) == count_what.id;
        default:            count_hit = 16'(dom[count_at[IW-1:0]]) == count_what.id;
      endcase
    end
  end
  assign count_done = count_at[IW];
  always_ff @(posedge clk) begin
    if (!rst_n || count_take) begin
      count_at <= '0;
      count    <= '0;
    end else if (count_ask && !count_done) begin
      count_at <= count_at + 1'b1;
      if (used[count_at[IW-1:0]] && count_hit) count <= count + 1'b1;
    end
  end
  always_comb begin
    retry      = rq_req;
    retry.park = rq_idx;
  end

  assign mon_unpark       = step;
  assign mon_unpark_retry = cur_retry;
  assign mon_unpark_idx   = cur;
  assign mon_unpark_req   = cur_req;

  logic unused;
  assign unused = &{1'b0, f_ready, park_req, cur_r, park_r, named_req, scan_key, park_fault.timestamp,
      park_fault.parked_id, count_req, count_r, rq_r};
endmodule
