// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_bridge: an initiator that knows no rules, an engine, a host that moves pages, and a memory.
//
// Every ID has pages of its own, of one class each: mapped, bus error, ABORT, ONES, EMULATED, always RETRY_LATER.
// Judged without knowledge of the bridge's inside:
// - one answer per burst, in the order of its ID, with the response and the bytes that its class asks for; the bytes of
//   mapped pages are compared with a copy of guest memory that changes at OKAY only;
// - a request names a legal burst whose write data is complete and whose elders of the ID have their grant or answer
//   (P36, P37); memory sees exactly what was granted; a release comes after B or the last R of the memory (P37);
// - a fault waits for a FLUSH of the host, which waits for all older stamps, while the initiator may stand still: if
//   either holds a stamp, the run hangs (P37). The FLUSH moves a page; nobody may touch the old place (P19).
module tb_bridge;
  logic clk = 1'b0;
  logic rst_n = 1'b0;
  always #2 clk = !clk;

  localparam int NID = 32, CLASSES = 8, NPAGE = NID * CLASSES, POOL = 128, NTAG = 64, MARGIN = 30000;
  localparam longint unsigned GBASE = 64'h0000_7654_3210_0000;
  localparam longint unsigned HBASE = 64'h0000_0012_3400_0000;

  `include "tb.svh"

  task automatic wrong(input string what);
    failed++;
    if (failed < 20) $display("FAIL: %s (cycle %0d)", what, now);
  endtask

  // ---- the bridge ----
  logic [7:0]   limit = '0, limit_own = '0;
  logic         limit_we = 1'b0, fence = 1'b0, quiet;
  logic [cw_pkg::CTX_W-1:0] limit_ctx = '0;
  logic [14:0]  backoff = 15'd7;
  logic [11:0]  tries = 12'd6;
  logic         s_awvalid = 0, s_awready, s_awlock = 0, s_wvalid = 0, s_wready, s_wlast = 0, s_bvalid, s_bready = 0;
  logic         s_arvalid = 0, s_arready, s_arlock = 0, s_rvalid, s_rready = 0, s_rlast;
  logic [4:0]   s_awid = 0, s_bid, s_arid = 0, s_rid;
  logic [63:0]  s_awaddr = 0, s_wstrb = 0, s_araddr = 0;
  logic [7:0]   s_awlen = 0, s_arlen = 0;
  logic [2:0]   s_awsize = 0, s_arsize = 0;
  logic [1:0]   s_awburst = 0, s_arburst = 0, s_bresp, s_rresp;
  logic [15:0]  s_awuser = 0, s_aruser = 0;
  logic [511:0] s_wdata = 0, s_rdata;
  logic         req_valid, req_ready = 0, ans_valid = 0, ans_ready, rel_valid;
  cw_t::req_t   req;
  cw_t::ans_t   ans;
  logic [511:0] ans_data = 0;
  logic [5:0]   rel_tag;
  logic         m_awvalid, m_awready = 0, m_wvalid, m_wready = 0, m_wlast, m_bvalid = 0, m_bready;
  logic         m_arvalid, m_arready = 0, m_rvalid = 0, m_rready, m_rlast = 0;
  logic [4:0]   m_awid, m_bid = 0, m_arid, m_rid = 0;
  logic [63:0]  m_awaddr, m_wstrb, m_araddr;
  logic [7:0]   m_awlen, m_arlen;
  logic [511:0] m_wdata, m_rdata = 0;
  logic [1:0]   m_bresp = 0, m_rresp = 0;
  logic         ev_reads, ev_writes, ev_quota, ev_refused, ev_emul_long, ev_retries, ev_gave_up;
  logic [1:0]   ev_malformed, ev_fenced, ev_bus_errors;
  logic         awake;
  logic [4:0]   look_slot = 0;
  logic [511:0] look_data;
  logic [63:0]  look_strb;
  cw_bridge u_dut (.*);

  // ---- what the run does ----
  bit     run = 0;           // the initiator makes new bursts
  bit     fast = 0;          // nobody waits
  bit     lenient = 0;       // bursts may be refused: quota or fence
  bit     single = 0;        // one full beat each
  bit     wide = 0;          // whole pages
  bit     host_on = 1;       // faults, and moves of pages
  bit     data_only = 0;
  bit     frozen = 0;        // the initiator stands still
  longint now = 0;

  // ---- bursts as the initiator made them ----
  typedef struct {
    int              uid;
    bit              write, legal, wdone;
    int              id, page, offset, size, beats, bytes, pool;
    int              burst, lock, bad_last;    // bad_last: beat with a wrong WLAST, or -1
    longint unsigned addr;
    int              ctx;
  } burst_t;
  burst_t awq [$], wq [$], arq [$];
  burst_t wexp [NID][$], rexp [NID][$];        // not yet answered
  burst_t aexp [2*NID][$];                     // legal, neither granted nor answered; index {write, id}
  int     uid_next = 0, n_write = 0, n_read = 0, open_bursts = 0;
  int     wpage [NPAGE], rpage [NPAGE];        // bursts not answered that write, read the page
  byte unsigned ref_mem [NPAGE * 4096];
  byte unsigned upd_data [POOL * 4096];
  bit     upd_mask [POOL * 4096];
  int     pool_free [$];
  int     n_ok = 0, n_err = 0, n_beats_w = 0, n_beats_r = 0, n_malformed = 0, n_done = 0;
  int     ec_malformed = 0, ec_quota = 0, ec_long = 0, ec_gave_up = 0, ec_fenced = 0, ec_bus = 0, ec_refused = 0;
  int     class_n [CLASSES][2];

  function automatic int rnd(input int n);
    return int'($urandom_range(n - 1));
  endfunction

  function automatic int class_of(input int page);
    return page / NID;                         // 0..2 mapped, 3 bus error, 4 ABORT, 5 ONES, 6 EMULATED, 7 RETRY_LATER
  endfunction

  function automatic byte unsigned emul_byte(input longint unsigned addr, input int i);
    return 8'((addr >> 3) ^ (addr << 2) ^ longint'(i * 37) ^ 64'h5a);
  endfunction

  task automatic make(input bit write);
    burst_t b;
    int kind;
    b.uid = uid_next; b.write = write; b.id = rnd(NID); b.ctx = rnd(5); b.wdone = 0;
    if (b.ctx == 4) b.ctx = 70;                // beyond every table: the engine's business, no quota
    b.page = b.id + NID * (fast ? rnd(3) : rnd(4) != 0 ? rnd(3) : 3 + rnd(5));
    b.burst = 1; b.lock = 0; b.bad_last = -1; b.legal = 1;
    b.size = single || wide || rnd(2) == 0 ? 6 : rnd(7);
    b.offset = single ? 64 * rnd(64) : wide ? 0 : rnd(4096);
    if (!single && !wide && rnd(2) == 0) b.offset = b.offset & ~((1 << b.size) - 1);
    b.beats = (4096 - (b.offset & ~((1 << b.size) - 1))) >> b.size;   // as many as the page has
    if (b.beats > 256) b.beats = 256;
    if (single) b.beats = 1;
    else if (!wide && rnd(8) != 0) begin
      int most = rnd(3) == 0 ? 20 : 4;
      if (b.beats > most) b.beats = most;
      b.beats = 1 + rnd(b.beats);
    end
    kind = fast ? 99 : rnd(60);
    if (kind == 0) begin b.burst = 0; b.legal = 0; end
    if (kind == 1) begin b.burst = 2; b.legal = 0; end
    if (kind == 2) begin b.burst = 3; b.legal = 0; end
    if (kind == 3) begin b.lock = 1; b.legal = 0; end
    if (kind == 4) begin b.size = 7; b.legal = 0; end
    if (kind == 5 || kind == 6) begin          // one byte or much more too far
      b.beats = 1 + ((4096 - (b.offset & ~((1 << b.size) - 1))) >> b.size) + (kind == 6 ? rnd(8) : 0);
      if (b.beats > 256) return;
      b.legal = 0;
    end
    if (write && (kind == 7 || kind == 8)) begin
      b.bad_last = kind == 7 ? b.beats - 1 : rnd(b.beats);
      b.legal = 0;
    end
    b.addr = GBASE + 64'(b.page) * 4096 + 64'(b.offset);
    b.bytes = (b.beats << b.size) - (b.offset & ((1 << b.size) - 1));
    if (write ? rpage[b.page] != 0 : wpage[b.page] != 0) return;
    if (write && pool_free.size() == 0) return;
    b.pool = 0;
    if (write) begin
      b.pool = pool_free.pop_front();
      for (int i = 0; i < 4096; i++) upd_mask[b.pool * 4096 + i] = 0;
      wpage[b.page]++;
      awq.push_back(b);
      wq.push_back(b);
      wexp[b.id].push_back(b);
      n_write++;
    end else begin
      rpage[b.page]++;
      arq.push_back(b);
      rexp[b.id].push_back(b);
      n_read++;
    end
    if (b.legal) aexp[{write, b.id[4:0]}].push_back(b);
    else n_malformed++;
    uid_next++;
    open_bursts++;
  endtask

  // First byte of beat n, and the byte after its lanes, as offsets from the start of the page.
  function automatic int beat_from(input burst_t b, input int n);
    return n == 0 ? b.offset : (b.offset & ~((1 << b.size) - 1)) + (n << b.size);
  endfunction
  function automatic int beat_upto(input burst_t b, input int n);
    return (b.offset & ~((1 << b.size) - 1)) + ((n + 1) << b.size);
  endfunction

  // An answered burst that the bridge never asked about: refused by quota or fence.
  task automatic forget(input burst_t b);
    int l = {26'd0, b.write, b.id[4:0]};
    for (int i = 0; i < aexp[l].size(); i++)
      if (aexp[l][i].uid == b.uid) begin
        if (!lenient && !data_only) wrong("a burst was answered that had not been asked about");
        aexp[l].delete(i);
        break;
      end
  endtask

  function automatic bit must_fail(input burst_t b);
    int c = class_of(b.page);
    return !b.legal || c == 3 || c == 4 || c == 7 || (c == 6 && b.bytes > 64);
  endfunction

  // ---- initiator: data, answers ----
  int w_beat = 0;
  int r_beat [NID];
  bit b_was = 0, r_was = 0;
  logic [4:0] b_id_was, r_id_was;
  logic [511:0] r_data_was;
  logic b_resp_was, r_last_was;

  task automatic drive_w();
    burst_t b = wq[0];
    logic [511:0] d;
    logic [63:0] strb = '0;
    int from = beat_from(b, w_beat), upto = beat_upto(b, w_beat), base = from & ~63;
    for (int i = 0; i < 16; i++) d[32*i +: 32] = $urandom;
    if (b.size == 7) upto = base + 64;
    for (int i = from; i < upto; i++) if (fast || rnd(8) != 0) strb[i - base] = 1;
    if (b.legal)
      for (int i = from; i < upto; i++)
        if (strb[i - base]) begin
          upd_mask[b.pool * 4096 + i] = 1;
          upd_data[b.pool * 4096 + i] = d[8*(i-base) +: 8];
        end
    if (!fast && rnd(6) == 0) strb = strb | {$urandom, $urandom};    // lanes that the beat does not have
    if (b.legal)                                // within the lanes only what was meant
      for (int i = from; i < upto; i++) if (!upd_mask[b.pool * 4096 + i]) strb[i - base] = 0;
    s_wvalid <= 1;
    s_wdata  <= d;
    s_wstrb  <= strb;
    s_wlast  <= (w_beat == b.beats - 1) != (w_beat == b.bad_last);
  endtask

  task automatic got_b();
    burst_t b;
    if (wexp[s_bid].size() == 0) begin
      wrong("B of an ID without a burst");
      return;
    end
    b = wexp[s_bid].pop_front();
    if (s_bresp == 2'b00) begin
      if (must_fail(b)) wrong("a write that must fail was answered OKAY");
      if (class_of(b.page) < 3)
        for (int i = 0; i < 4096; i++)
          if (upd_mask[b.pool * 4096 + i]) ref_mem[b.page * 4096 + i] = upd_data[b.pool * 4096 + i];
      n_ok++;
    end else begin
      if (!must_fail(b) && !lenient) wrong("a good write was answered with an error");
      n_err++;
    end
    if (s_bresp[0]) wrong("BRESP is neither OKAY nor SLVERR");
    class_n[class_of(b.page)][1]++;
    pool_free.push_back(b.pool);
    wpage[b.page]--;
    open_bursts--;
    n_done++;
    if (b.legal) forget(b);
  endtask

  task automatic got_r();
    burst_t b;
    int from, upto, base, c;
    if (rexp[s_rid].size() == 0) begin
      wrong("R of an ID without a burst");
      return;
    end
    b = rexp[s_rid][0];
    c = class_of(b.page);
    from = beat_from(b, r_beat[s_rid]);
    upto = beat_upto(b, r_beat[s_rid]);
    base = from & ~63;
    if (s_rresp == 2'b00) begin
      if (must_fail(b)) wrong("a read that must fail was answered OKAY");
      else
        for (int i = from; i < upto; i++) begin
          byte unsigned want = c < 3 ? ref_mem[b.page * 4096 + i] : c == 5 ? 8'hff :
                               emul_byte(b.addr, i - b.offset);
          if (s_rdata[8*(i-base) +: 8] != want) begin
            wrong($sformatf("byte %0d of page %0d (class %0d) is %02x, not %02x", i, b.page, c,
                            s_rdata[8*(i-base) +: 8], want));
            break;
          end
        end
    end else begin
      if (!must_fail(b) && !lenient) wrong("a good read was answered with an error");
      if (s_rdata != '0) wrong("a beat with an error carries data");
    end
    if (s_rresp[0]) wrong("RRESP is neither OKAY nor SLVERR");
    if (s_rlast != (r_beat[s_rid] == b.beats - 1)) wrong("RLAST in the wrong beat");
    r_beat[s_rid]++;
    n_beats_r++;
    if (s_rlast) begin
      if (s_rresp == 2'b00) n_ok++; else n_err++;
      class_n[c][0]++;
      r_beat[s_rid] = 0;
      rpage[b.page]--;
      void'(rexp[s_rid].pop_front());
      open_bursts--;
      n_done++;
      if (b.legal) forget(b);
    end
  endtask

  task automatic initiator();
    if (s_bvalid && s_bready) got_b();
    if (s_rvalid && s_rready) got_r();
    if ((b_was && (!s_bvalid || s_bid != b_id_was || s_bresp[1] != b_resp_was)) ||
        (r_was && (!s_rvalid || s_rid != r_id_was || s_rlast != r_last_was || s_rdata != r_data_was)))
      wrong("an answer moved while valid && !ready");
    b_was = s_bvalid && !s_bready; b_id_was = s_bid; b_resp_was = s_bresp[1];
    r_was = s_rvalid && !s_rready; r_id_was = s_rid; r_last_was = s_rlast; r_data_was = s_rdata;
    // the memory of AXI: what stands at the pins of W may be ahead of its address
    if (s_wvalid && s_wready) begin
      n_beats_w++;
      if (w_beat == wq[0].beats - 1) begin
        int l = {26'd0, 1'b1, wq[0].id[4:0]};
        for (int i = 0; i < aexp[l].size(); i++) if (aexp[l][i].uid == wq[0].uid) aexp[l][i].wdone = 1;
        void'(wq.pop_front());
        w_beat = 0;
      end else w_beat++;
      s_wvalid <= 0;
    end
    if (wq.size() != 0 && (!s_wvalid || s_wready) && !frozen && (fast || rnd(4) != 0)) drive_w();
    if (run) begin
      if (fast || rnd(3) == 0) for (int k = 0; k < (fast ? 2 : 1); k++) if (awq.size() < 3) make(1);
      if (fast || rnd(3) == 0) for (int k = 0; k < (fast ? 2 : 1); k++) if (arq.size() < 3) make(0);
    end
    if (s_awvalid && s_awready) s_awvalid <= 0;
    if (awq.size() != 0 && (!s_awvalid || s_awready) && !frozen && (fast || rnd(3) != 0)) begin
      burst_t b = awq.pop_front();
      s_awvalid <= 1; s_awid <= b.id[4:0]; s_awaddr <= b.addr; s_awlen <= 8'(b.beats - 1);
      s_awsize <= 3'(b.size); s_awburst <= 2'(b.burst); s_awlock <= b.lock[0]; s_awuser <= 16'(b.ctx);
    end
    if (s_arvalid && s_arready) s_arvalid <= 0;
    if (arq.size() != 0 && (!s_arvalid || s_arready) && !frozen && (fast || rnd(3) != 0)) begin
      burst_t b = arq.pop_front();
      s_arvalid <= 1; s_arid <= b.id[4:0]; s_araddr <= b.addr; s_arlen <= 8'(b.beats - 1);
      s_arsize <= 3'(b.size); s_arburst <= 2'(b.burst); s_arlock <= b.lock[0]; s_aruser <= 16'(b.ctx);
    end
    s_bready <= !frozen && (fast || rnd(3) != 0);
    s_rready <= !frozen && (fast || rnd(3) != 0);
  endtask

  // ---- engine and host ----
  typedef struct {
    longint unsigned addr;
    int              tag, len_m1, page, ctx, state;      // 0 free, 1 stamped, 2 parked, 3 no stamp, 4 granted
    int              verdict, epoch, later, uid;
    bit              write;
    longint          due;
    longint unsigned hpage;
    int              mem;                               // granted: 0 not yet at memory, 1 there, 2 answered
    longint          order;
  } tag_t;
  tag_t   tags [NTAG];
  int     count [2];
  int     epoch = 0;
  bit     flushing = 0;
  int     moving = -1;
  longint flush_since = 0, grants = 0;
  longint unsigned hpage_of [NPAGE];
  longint unsigned hpage_next = 0;
  bit     dead [longint unsigned];
  logic [511:0] mem [longint unsigned];
  int     n_park = 0, n_flush = 0, n_rel = 0, most_of_ctx = 0, most_of [4];

  function automatic void stamp(input int t);
    tags[t].epoch = epoch;
    count[epoch]++;
    tags[t].state = 1;
    tags[t].due = now + (fast ? 3 : 2 + longint'(rnd(24)));
  endfunction

  task automatic lookup();
    int t = int'(req.tag), l, at = -1;
    longint unsigned end_off = (req.addr & 4095) + 64'(req.len_m1);
    int page = int'((req.addr - GBASE) >> 12);
    int used = 0;
    if (tags[t].state != 0) wrong("a tag in use was used again");
    // +data: requests are not judged, only what comes of them
    if (req.addr < GBASE || page >= NPAGE) begin
      wrong("a request for an address that nobody named");
      return;
    end
    if (end_off > 4095 && !data_only) wrong("a request crosses 4 KiB");
    l = {26'd0, req.write, page[4:0]};
    for (int i = 0; i < aexp[l].size(); i++) begin
      if (aexp[l][i].addr == req.addr && aexp[l][i].bytes - 1 == int'(req.len_m1)) begin
        at = i;
        break;
      end
      if (!lenient) break;
    end
    if (data_only) begin end
    else if (at < 0) wrong("a request that no legal burst asks for, or out of its ID's turn");
    else begin
      if (req.write && !aexp[l][at].wdone) wrong("a write asked before its data was complete");
      if (int'(req.ctx) != aexp[l][at].ctx) wrong("wrong context");
    end
    if (at >= 0 && aexp[l][at].uid != tags[t].uid) begin
      tags[t].uid = aexp[l][at].uid;
      tags[t].later = 0;
    end
    tags[t].addr = req.addr; tags[t].tag = t; tags[t].len_m1 = int'(req.len_m1); tags[t].page = page;
    tags[t].ctx = int'(req.ctx); tags[t].write = req.write;
    for (int i = 0; i < NTAG; i++) used += int'(tags[i].state != 0 && tags[i].ctx == int'(req.ctx));
    if (used + 1 > most_of_ctx && req.ctx < 64) most_of_ctx = used + 1;
    if (req.ctx < 4 && used + 1 > most_of[req.ctx[1:0]]) most_of[req.ctx[1:0]] = used + 1;
    decide(t);
  endtask

  // The stamp is taken; what becomes of it is known later.
  task automatic decide(input int t);
    int c = class_of(tags[t].page);
    stamp(t);
    tags[t].verdict = c < 4 ? int'(cw_pkg::V_HIT) : c == 4 ? int'(cw_pkg::V_ABORT) : c == 5 ? int'(cw_pkg::V_ONES) :
                      c == 6 ? int'(cw_pkg::V_EMULATED) : int'(cw_pkg::V_RETRY_LATER);
    if (c < 4 && tags[t].page == moving) tags[t].verdict = -1;                  // park
    if (c < 4 && host_on && !fast && rnd(12) == 0) tags[t].verdict = -1;
    if (c < 7 && !fast && tags[t].verdict >= 0 && tags[t].later < 4 && rnd(8) == 0)
      tags[t].verdict = int'(cw_pkg::V_RETRY_LATER);
  endtask

  function automatic void end_burst(input int t);        // granted or answered: the next of its ID may ask
    int l = {26'd0, tags[t].write, tags[t].page[4:0]};
    for (int i = 0; i < aexp[l].size(); i++)
      if (aexp[l][i].addr == tags[t].addr && aexp[l][i].bytes - 1 == tags[t].len_m1) begin
        aexp[l].delete(i);
        break;
      end
  endfunction

  bit ans_wait = 0;
  task automatic engine();
    int pick = -1;
    // releases
    if (rel_valid) begin
      int t = int'(rel_tag);
      if (tags[t].state != 4) wrong("release of a tag without a grant");
      else begin
        if (tags[t].mem != 2 && !(fence && tags[t].mem == 0)) wrong("released before memory had answered");
        count[tags[t].epoch]--;
        tags[t].state = 0;
        tags[t].later = 0;
        n_rel++;
      end
    end
    // an answer taken
    if (ans_valid && ans_ready) begin
      int t = int'(ans.tag);
      ans_valid <= 0;
      if (tags[t].verdict == int'(cw_pkg::V_HIT)) begin
        tags[t].state = 4;
        tags[t].mem = 0;
        tags[t].order = grants++;
        end_burst(t);
      end else begin
        tags[t].state = 0;
        if (tags[t].verdict == int'(cw_pkg::V_RETRY_LATER)) tags[t].later++;
        if (tags[t].verdict != int'(cw_pkg::V_RETRY_LATER) || tags[t].later == int'(tries) + 1) begin
          end_burst(t);
          tags[t].later = 0;
        end
      end
    end
    // a request
    if (req_valid && req_ready) lookup();
    req_ready <= fast || rnd(4) != 0;
    // verdicts that park give up their stamp (P8)
    for (int t = 0; t < NTAG; t++)
      if (tags[t].state == 1 && tags[t].due <= now && tags[t].verdict < 0) begin
        count[tags[t].epoch]--;
        tags[t].state = 2;
        n_park++;
      end
    // the host: a fault is answered after a FLUSH that moves a page
    if (!flushing && host_on && rnd(64) == 0) begin
      int some = 0;
      for (int t = 0; t < NTAG; t++) some += int'(tags[t].state == 2);
      if (some != 0) begin
        flushing = 1;
        flush_since = now;
        epoch ^= 1;
        moving = rnd(3 * NID);
        frozen = rnd(2) == 0;
        n_flush++;
      end
    end
    if (flushing && count[epoch ^ 1] == 0) begin
      move(moving);
      flushing = 0;
      frozen = 0;
      moving = -1;
      for (int t = 0; t < NTAG; t++) if (tags[t].state == 2 && rnd(4) != 0) decide(t);
    end
    if (flushing && now - flush_since > MARGIN) begin
      wrong("a FLUSH does not end: somebody holds a stamp");
      finish_run();
    end
    // the next answer: any that is due
    if (!ans_valid || ans_ready) begin
      int first = rnd(NTAG);
      for (int i = 0; i < NTAG; i++) begin
        int t = (first + i) % NTAG;
        if (tags[t].state == 1 && tags[t].due <= now && tags[t].verdict >= 0 &&
            !(ans_valid && int'(ans.tag) == t)) begin
          pick = t;
          break;
        end
      end
      if (pick >= 0) begin
        ans_valid   <= 1;
        ans.tag     <= 6'(pick);
        ans.verdict <= 4'(tags[pick].verdict);
        ans.reason  <= '0;
        ans.epoch   <= tags[pick].epoch[0];
        tags[pick].hpage = hpage_of[tags[pick].page];
        ans.pa      <= 52'((tags[pick].hpage << 12) | (tags[pick].addr & 4095));
        for (int i = 0; i < 64; i++) ans_data[8*i +: 8] <= emul_byte(tags[pick].addr, i);
        if (tags[pick].verdict != int'(cw_pkg::V_HIT)) begin
          count[tags[pick].epoch]--;
          tags[pick].state = 3;
        end else tags[pick].state = 5;
      end
    end
  endtask

  task automatic move(input int page);
    longint unsigned was = hpage_of[page], to = (HBASE >> 12) + hpage_next++;
    for (int i = 0; i < 64; i++) begin
      mem[(to << 6) + 64'(i)] = mem[(was << 6) + 64'(i)];
      mem.delete((was << 6) + 64'(i));
    end
    dead[was] = 1;
    hpage_of[page] = to;
  endtask

`include "tb_bridge_mem.svh"

  always @(posedge clk) begin
    now <= now + 1;
    if (rst_n) begin
      memory();
      engine();
      initiator();
      ec_malformed += int'(ev_malformed);
      ec_quota     += int'(ev_quota);
      ec_long      += int'(ev_emul_long);
      ec_gave_up   += int'(ev_gave_up);
      ec_fenced    += int'(ev_fenced);
      ec_bus       += int'(ev_bus_errors);
      ec_refused   += int'(ev_refused);
    end
  end

  task automatic finish_run();
    report("rtl_bridge");
  endtask

  task automatic drain();
    longint since = now;
    run = 0;
    while (open_bursts != 0 && now - since < MARGIN) @(negedge clk);
    check(open_bursts == 0, $sformatf("every burst is answered (%0d are not)", open_bursts));
    repeat (200) @(negedge clk);
    check(count[0] == 0 && count[1] == 0, "no stamp is left");
    for (int i = 0; i < 2 * NID; i++) aexp[i].delete();
  endtask

  task automatic set_limit(input int ctx, input logic [7:0] own);
    limit_ctx = cw_pkg::CTX_W'(ctx);
    limit_own = own;
    limit_we  = 1'b1;
    @(negedge clk);
    limit_we  = 1'b0;
  endtask

  function automatic bit most_were(input int a, input int b, input int c, input int d);
    return most_of[0] == a && most_of[1] == b && most_of[2] == c && most_of[3] == d;
  endfunction

  task automatic go(input int cycles);
    run = 1;
    repeat (cycles) @(negedge clk);
    drain();
  endtask

  initial begin
    data_only = $test$plusargs("data") != 0;
    for (int i = 0; i < POOL; i++) pool_free.push_back(i);
    for (int p = 0; p < NPAGE; p++) begin
      hpage_of[p] = (HBASE >> 12) + hpage_next++;
      for (int i = 0; i < 64; i++) begin
        logic [511:0] d;
        for (int k = 0; k < 16; k++) d[32*k +: 32] = $urandom;
        mem[(hpage_of[p] << 6) + 64'(i)] = d;
        for (int k = 0; k < 64; k++) ref_mem[p * 4096 + i * 64 + k] = d[8*k +: 8];
      end
    end
    repeat (4) @(negedge clk);
    for (int c = 0; c < cw_pkg::NCTX; c++) set_limit(c, 8'h00);
    rst_n = 1;

    // everything at once
    go(40000);
    check(n_park > 100 && n_flush > 50, $sformatf("faults and FLUSHes happened (%0d, %0d)", n_park, n_flush));
    check(ec_malformed == n_malformed && n_malformed > 50, "each malformed burst is counted once");
    check(ec_long > 5 && ec_gave_up > 5 && ec_bus > 5 && ec_refused > 5 && ec_quota == 0 && ec_fenced == 0,
          "every way to fail was gone");
    for (int c = 0; c < CLASSES; c++)
      check(class_n[c][0] > 20 && class_n[c][1] > 20, $sformatf("class %0d was read and written", c));

    // quotas (P38): wait, then refuse
    limit = 8'h82;
    most_of_ctx = 0;
    go(10000);
    check(most_of_ctx == 2 && ec_quota == 0, $sformatf("above its quota a context waits, %0d bursts (P38)", most_of_ctx));
    lenient = 1;
    limit = 8'h02;
    most_of_ctx = 0;
    go(10000);
    check(most_of_ctx == 2 && ec_quota > 50, $sformatf("above its quota a burst is refused, %0d of them (P38)", ec_quota));
    // contexts with quotas of their own: refused, waiting, larger than the common one, which 3 has
    for (int c = 0; c < 4; c++) most_of[c] = 0;
    for (int c = 0; c < 3; c++) set_limit(c, c == 0 ? 8'h03 : c == 1 ? 8'h81 : 8'h05);
    go(20000);
    check(most_were(3, 1, 5, 2), $sformatf("above its quota no burst of a context is asked for: %0d %0d %0d %0d (P38)",
                                              most_of[0], most_of[1], most_of[2], most_of[3]));
    // given up again, and waiting alone: nothing is refused
    for (int c = 0; c < 3; c++) set_limit(c, c == 2 ? 8'h84 : 8'h00);
    limit = 8'h83;
    for (int c = 0; c < 4; c++) most_of[c] = 0;
    ec_quota = 0;
    go(20000);
    check(most_were(3, 3, 4, 3) && ec_quota == 0, "above its quota a context waits (P38)");
    set_limit(2, 8'h00);
    limit = '0;

    // the fence (P21): quiet in bounded time, whatever initiator and host do
    for (int k = 0; k < 12; k++) begin
      longint since;
      run = 1;
      repeat (800 + rnd(400)) @(negedge clk);
      frozen = rnd(2) == 0;
      fence = 1;
      since = now;
      while (!quiet && now - since < 3000) @(negedge clk);
      check(quiet, "the fence brings quiet");
      repeat (300) @(negedge clk);
      check(quiet, "quiet stays");
      if (!flushing) frozen = 0;
      repeat (300) @(negedge clk);
      fence = 0;
      drain();
    end
    check(ec_fenced > 50, "the fence refused bursts");
    lenient = 0;

    // throughput: nobody waits
    host_on = 0;
    fast = 1;
    begin
      int from;
      single = 1;
      run = 1;
      repeat (300) @(negedge clk);
      from = n_done;
      repeat (2000) @(negedge clk);
      check(n_done - from >= 1960, $sformatf("one burst per cycle (%0d in 2000)", n_done - from));
      $display("single beats: %0d bursts in 2000 cycles", n_done - from);
      drain();
      single = 0;
      wide = 1;
      run = 1;
      repeat (1000) @(negedge clk);
      n_m_rbeats = 0;
      n_m_wbeats = 0;
      repeat (4000) @(negedge clk);
      check(n_m_rbeats >= 3900 && n_m_wbeats >= 3900,
            $sformatf("a beat per cycle and direction (%0d, %0d in 4000)", n_m_rbeats, n_m_wbeats));
      $display("whole pages: %0d lines read, %0d written in 4000 cycles", n_m_rbeats, n_m_wbeats);
      drain();
    end
    check(failed == 0, "nothing was wrong");
    finish_run();
  end

  logic unused;
  assign unused = &{1'b0, ev_reads, ev_writes, ev_retries};
endmodule
