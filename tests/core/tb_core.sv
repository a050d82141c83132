// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_core alone: the bench is initiators, host and table memory. What must come of a request is known from a
// map (page -> frame, writable), from which the bench writes the tables; the tables themselves are never looked up. A
// change counts from the FLUSH after it: until then old and new are both right for requests made before, and when the
// FLUSH is complete nobody may hold a grant of the old (P19, I1). Answers of the host are expected where it gave them.
// All that the bench does not use is tied to zero (--x-initial 0): fixes, log, STOP.
module tb_core;
  localparam int NS    = 2;               // stream ports
  localparam int NT    = int'(cw_pkg::NTAG);
  localparam int PAGES = 96;              // in two regions of each context
  localparam int NC    = 2;               // contexts 1 and 2, of domains 1 and 2, with 4 and 5 levels

  logic clk = 1'b0;
  logic rst_n = 1'b0;
  always #2 clk = !clk;

  logic [63:0]                        cycle = '0;
  logic [cw_pkg::NPORT-1:0]           req_valid = '0, req_ready;
  // Inputs are written whole: the simulator may not see that a part of a variable changes. The arrays are the bench's.
  bit                                 asks [NS], takes [NS], rels [NS];
  cw_t::req_t                         req0 = '0, req1 = '0;
  logic [cw_pkg::NPORT*cw_pkg::REQ_W-1:0] req;
  logic [cw_pkg::TAG_W-1:0]           rel0 = '0, rel1 = '0;
  logic [cw_pkg::NPORT-1:0]       ans_valid, ans_ready = '0, rel_valid = '0;
  logic [cw_pkg::NPORT*cw_pkg::ANS_W-1:0] ans;
  logic [cw_pkg::NPORT*cw_pkg::TAG_W-1:0] rel_tag;
  assign req     = (cw_pkg::NPORT*cw_pkg::REQ_W)'({req1, req0});
  assign rel_tag = (cw_pkg::NPORT*cw_pkg::TAG_W)'({rel1, rel0});
  logic [cw_pkg::NPORT*512-1:0]       emul_data;
  logic                               ctxw_valid = 1'b0, domw_valid = 1'b0, portw_valid = 1'b0;
  logic [cw_pkg::CTX_W-1:0]           ctxw_idx = '0;
  logic [cw_pkg::DOM_W-1:0]           domw_idx = '0;
  logic [cw_pkg::PORT_W-1:0]          portw_idx = '0;
  cw_t::ctx_t                         ctxw = '0;
  cw_t::dom_t                         domw = '0;
  cw_t::port_range_t                  portw = '0;
  logic                               inv_valid = 1'b0, inv_ready, flush_valid = 1'b0, flush_ready, fdone_valid;
  cw_t::inv_t                         inv = '0;
  cw_t::flush_t                       flush = '0;
  cw_t::flush_done_t                  fdone;
  logic                               resume_valid = 1'b0, resume_ready, fr_valid, fr_ready = 1'b0;
  cw_t::resume_t                      resume = '0;
  logic [7:0]                         resume_status;
  cw_t::fault_t                       fr;
  logic                               rd_valid, rd_ready = 1'b0, r_valid = 1'b0;
  logic [cw_pkg::SLOT_W-1:0]          rd_slot, r_slot = '0;
  logic [cw_pkg::PA_W-1:0]            rd_addr;
  logic [511:0]                       r_data = '0;

  cw_core dut (
    .clk, .rst_n, .cycle, .req_valid, .req_ready, .req, .ans_valid, .ans_ready, .ans, .rel_valid, .rel_tag, .emul_data,
    .ctxw_valid, .ctxw_idx, .ctxw, .domw_valid, .domw_idx, .domw, .portw_valid, .portw_idx, .portw,
    .abort_valid(1'b0), .inv_valid, .inv_ready, .inv, .flush_valid, .flush_ready, .flush, .flush_timeout(32'd100000),
    .dirty_period(5'd18),
    .fdone_valid, .fdone_ready(1'b1), .fdone, .resume_valid, .resume_ready, .resume, .resume_status,
    .fr_valid, .fr_ready, .fr, .rd_valid, .rd_ready, .rd_slot, .rd_addr, .r_valid, .r_slot, .r_data, .r_error(1'b0));

  `include "tb.svh"
  `include "tb_must.svh"
  int met [string];

  function automatic bit chance(input int percent);
    return $urandom_range(99) < percent;
  endfunction

  // ---- the map, and tables made from it ----
  typedef struct packed {
    bit          there;
    bit          writable;
    logic [51:0] frame;
  } page_t;
  page_t       now_map [NC][PAGES];
  page_t       old_map [NC][PAGES];       // before the change that no FLUSH has covered yet
  longint      settled [NC][PAGES];       // cycle in which the last FLUSH of a change was complete; -1: still open
  logic [63:0] mem [longint unsigned];    // table memory, by word
  longint unsigned free_table = 64'h10_0000;

  // Page i of a context: half of them in one region of 2 MiB, half far away.
  function automatic logic [63:0] address(input int i);
    return i < PAGES / 2 ? 64'h12_3450_0000 + 64'(i) * 4096 : 64'h7a00_0000_0000 + 64'(i) * 4096;
  endfunction

  function automatic longint unsigned new_table();
    free_table += 4096;
    return free_table - 4096;
  endfunction

  longint unsigned root [NC];

  task automatic write_map(input int c, input int i);
    longint unsigned table_at = root[c], word;
    for (int level = 4 + c; level > 1; level--) begin
      word = table_at / 8 + (address(i) >> (12 + 9 * (level - 1)) & 64'd511);
      if (!mem.exists(word))
        mem[word] = new_table() | 64'd7 | 64'd1 << cw_pkg::SPTE_PRESENT;
      table_at = mem[word] & 64'h000f_ffff_ffff_f000;
    end
    word = table_at / 8 + (address(i) >> 12 & 64'd511);
    if (!now_map[c][i].there) mem[word] = 64'd1 << cw_pkg::SPTE_SUPPRESS_VE;
    else
      mem[word] = 64'(now_map[c][i].frame) | 64'd1 | 64'd1 << cw_pkg::SPTE_PRESENT |
                  (now_map[c][i].writable ? 64'd2 | 64'd3 << cw_pkg::SPTE_HOST_W : 64'd0);
  endtask

  function automatic page_t new_page();
    page_t p;
    p.there    = chance(75);
    p.writable = chance(70);
    p.frame    = {20'($urandom), $urandom} & ~52'hfff;
    return p;
  endfunction

  // ---- table memory: any order, 5 to 60 cycles; what is read is what stands there when the data leaves ----
  typedef struct packed {
    logic [cw_pkg::SLOT_W-1:0] slot;
    longint unsigned           line;
    longint                    due;
  } read_t;
  read_t reads [$];

  // ---- requests under way ----
  typedef enum logic [1:0] {FREE, ASKED, GRANTED} state_t;
  typedef struct packed {
    state_t      state;
    int          c, page;
    cw_t::req_t  r;
    longint      since;                   // cycle in which it was taken
    logic [51:0] pa;
    bit          bad;                     // must be refused
    logic [4:0]  reason;
    longint      until_cycle;             // release
  } slot_t;
  slot_t tags [NS][NT];
  slot_t offer [NS];                      // at the pins
  int    outstanding = 0;

  // ---- the host ----
  typedef struct packed {
    cw_t::fault_t f;
    longint       due;
  } fault_at_t;
  fault_at_t  faults [$];
  bit     open_rec [string];              // records without RESUME, by key
  longint last_abort [string], last_ones [string];
  longint last_emul [NS][NT];             // EMULATED answers the request of the record only
  logic [511:0] emul [NS][NT];
  bit     changing = 1'b0;                // a change waits for its FLUSH
  int     ch_c, ch_page, ch_step;
  int     p_req = 50, p_take = 80, p_change = 2, fr_percent = 90;
  bit     quiet = 1'b0;

  function automatic string key(input int c, input int i, input bit write);
    return $sformatf("%0d/%0d/%0d", c, i, write);
  endfunction

  function automatic bit allows(input page_t p, input bit write);
    return p.there && (!write || p.writable);
  endfunction

  task automatic new_offer(input int p);
    slot_t      s;
    cw_t::req_t r;
    int         t = $urandom_range(NT - 1);
    s.state  = ASKED;
    s.c      = $urandom_range(NC - 1);
    s.page   = chance(50) ? $urandom_range(7) : $urandom_range(PAGES - 1);
    s.bad    = 1'b0;
    s.reason = '0;
    r        = '0;
    r.ctx  = 16'(s.c + 1);
    r.addr = address(s.page) | 64'($urandom_range(4095));
    r.len_m1 = 12'($urandom_range(4095 - int'(r.addr[11:0])));
    if (chance(50)) r.len_m1 = r.len_m1 & 12'd63;
    r.write  = chance(40);
    r.tag    = cw_pkg::TAG_W'(t);
    for (int i = 0; i < NT && tags[p][r.tag].state != FREE; i++) r.tag++;
    if (tags[p][r.tag].state != FREE) return;
    if (chance(4)) begin
      s.bad = 1'b1;
      case ($urandom_range(2))
        0: begin r.ctx = 16'd9; s.reason = cw_pkg::RSN_BAD_CONTEXT; end
        1: begin r.addr |= 64'd1 << (s.c == 0 ? 48 : 57); s.reason = cw_pkg::RSN_BAD_ADDRESS; end
        default: begin
          r.addr[11:0] = 12'd4000; r.len_m1 = 12'd96; s.reason = cw_pkg::RSN_BAD_LENGTH;
        end
      endcase
    end
    s.r      = r;
    offer[p] = s;
    asks[p] = 1'b1;
    if (p == 0) req0 = r;
    else req1 = r;
  endtask

  // One half cycle: inputs for the edge that comes.
  task automatic drive();
    logic [511:0]  line;
    cw_t::inv_t    v;
    cw_t::flush_t  fl;
    cw_t::resume_t re;
    cycle++;
    for (int p = 0; p < NS; p++) begin
      if (!asks[p] && !quiet && chance(p_req)) new_offer(p);
      rels[p] = 1'b0;
      for (int t = 0; t < NT && !rels[p]; t++) begin
        if (tags[p][t].state == GRANTED && longint'(cycle) >= tags[p][t].until_cycle) begin
          rels[p] = 1'b1;
          if (p == 0) rel0 = cw_pkg::TAG_W'(t);
          else rel1 = cw_pkg::TAG_W'(t);
        end
      end
      takes[p] = chance(p_take);
    end
    req_valid = cw_pkg::NPORT'({asks[1], asks[0]});
    ans_ready = cw_pkg::NPORT'({takes[1], takes[0]});
    rel_valid = cw_pkg::NPORT'({rels[1], rels[0]});
    fr_ready = chance(fr_percent);
    rd_ready = chance(80);
    // memory answers
    r_valid = 1'b0;
    if (reads.size() != 0 && chance(80)) begin
      int k = $urandom_range(reads.size() - 1);
      if (reads[k].due <= longint'(cycle)) begin
        r_valid = 1'b1;
        r_slot  = reads[k].slot;
        for (int i = 0; i < 8; i++)
          line[64*i +: 64] = mem.exists(reads[k].line * 8 + 64'(i)) ? mem[reads[k].line * 8 + 64'(i)] :
                               64'd1 << cw_pkg::SPTE_SUPPRESS_VE;
        r_data = line;
        reads.delete(k);
      end
    end
    // the host changes a page: memory, INVALIDATE, FLUSH
    if (!changing && !quiet && chance(p_change)) begin
      changing = 1'b1;
      ch_step  = 0;
      ch_c     = $urandom_range(NC - 1);
      ch_page  = chance(50) ? $urandom_range(7) : $urandom_range(PAGES - 1);
      old_map[ch_c][ch_page] = now_map[ch_c][ch_page];
      now_map[ch_c][ch_page] = new_page();
      settled[ch_c][ch_page] = -1;
      write_map(ch_c, ch_page);
    end
    inv_valid   = changing && ch_step == 0;
    v           = '0;
    v.space     = cw_pkg::SPACE_W'(ch_c + 1);
    v.lo        = 52'(address(ch_page) >> 12);
    v.hi        = v.lo;
    inv         = v;
    flush_valid = changing && ch_step == 1;
    fl          = '0;
    fl.ports    = (1 << NS) - 1;
    flush       = fl;
    // the host answers a fault; a fault of a page that is there now is looked up again
    resume_valid = 1'b0;
    if (faults.size() != 0 && faults[0].due <= longint'(cycle)) begin
      cw_t::fault_t f = faults[0].f;
      resume_valid = 1'b1;
      re        = '0;
      re.index  = f.parked_id[15:0];
      re.gen    = f.parked_id[31:16];
      re.action = act;
      re.data   = data;
      resume    = re;
    end
  endtask

  logic [1:0]   act = cw_pkg::RESUME_RETRY;   // for the first of `faults`
  logic [511:0] data = '0;

  function automatic int page_of(input logic [63:0] addr);
    for (int i = 0; i < PAGES; i++)
      if (address(i) == (addr & ~64'd4095)) return i;
    return -1;
  endfunction

  // What the edge will do.
  task automatic look();
    read_t      read;
    fault_at_t      task_of;
    cw_t::ans_t a;
    slot_t      s;
    string      k;
    bit         ok;
    int         i;
    for (int p = 0; p < NS; p++) begin
      if (rel_valid[p]) begin
        tags[p][p == 0 ? rel0 : rel1].state = FREE;
      end
      if (ans_valid[p] && ans_ready[p]) begin
        a = ans[p*cw_pkg::ANS_W +: cw_pkg::ANS_W];
        s = tags[p][a.tag];
        must(s.state == ASKED, "an answer for a request that waits for one (I6)");
        k = key(s.c, s.page, s.r.write);
        outstanding--;
        tags[p][a.tag].state = FREE;
        met[$sformatf("verdict %0d", a.verdict)]++;
        if (s.bad) begin
          must(a.verdict == cw_pkg::V_ABORT && a.reason == s.reason, "refused by P2, P3, P6");
          met["bad"]++;
        end else case (a.verdict)
          cw_pkg::V_HIT: begin
            ok = allows(now_map[s.c][s.page], s.r.write) &&
                 a.pa == (now_map[s.c][s.page].frame | 52'(s.r.addr[11:0]));
            if (!ok && (settled[s.c][s.page] < 0 || s.since < settled[s.c][s.page])) begin
              ok = allows(old_map[s.c][s.page], s.r.write) &&
                   a.pa == (old_map[s.c][s.page].frame | 52'(s.r.addr[11:0]));
              must(!ok || settled[s.c][s.page] < 0, "no grant of the old after its FLUSH (I1)");
            end
            must(ok, "a grant by the map: address and access");
            tags[p][a.tag].state = GRANTED;
            tags[p][a.tag].pa    = a.pa;
            tags[p][a.tag].until_cycle = longint'(cycle) + $urandom_range(chance(10) ? 200 : 5);
          end
          cw_pkg::V_RETRY_LATER: must(a.reason == cw_pkg::RSN_NO_ROOM, "RETRY_LATER for want of room");
          cw_pkg::V_ABORT:
            if (a.reason == cw_pkg::RSN_EMUL_LONG)
              must(last_emul[p][a.tag] >= s.since && s.r.len_m1 > 12'd63, "EMUL_LONG for more than 64 bytes that the host emulates");
            else must(a.reason == cw_pkg::RSN_BY_HOST && last_abort.exists(k) && last_abort[k] >= s.since,
                 $sformatf("ABORT where the host said so, reason %0d", a.reason));
          cw_pkg::V_ONES:
            must(last_ones.exists(k) && last_ones[k] >= s.since, "ONES where the host said so");
          cw_pkg::V_EMULATED:
            must(last_emul[p][a.tag] >= s.since && s.r.len_m1 <= 12'd63 && emul_data[p*512 +: 512] == emul[p][a.tag],
                 "EMULATED where the host said so, with its data");
          default: must(1'b0, "an answer that an initiator may get (P9)");
        endcase
      end
      if (req_valid[p] && req_ready[p]) begin
        must(tags[p][offer[p].r.tag].state == FREE, "bench: tag");
        tags[p][offer[p].r.tag] = offer[p];
        tags[p][offer[p].r.tag].since = longint'(cycle);
        outstanding++;
        taken[p] = 1'b1;
      end
    end
    if (rd_valid && rd_ready) begin
      must(rd_addr[5:0] == '0 && rd_addr >= 52'h10_0000 && rd_addr < 52'(free_table), "reads of tables only");
      foreach (reads[n]) must(reads[n].slot != rd_slot, "one read of a slot at a time");
      read = {rd_slot, 64'(rd_addr) / 64, longint'(cycle) + longint'($urandom_range(60, 5))};
      reads.push_back(read);
    end
    if (inv_valid && inv_ready) ch_step = 1;
    else if (flush_valid && flush_ready) ch_step = 2;
    if (fdone_valid) begin
      must(changing && ch_step == 2 && fdone.status == cw_pkg::ST_OK, "one completion of each FLUSH");
      for (int p = 0; p < NS; p++)
        for (int t = 0; t < NT; t++)
          if (tags[p][t].state == GRANTED && tags[p][t].c == ch_c && tags[p][t].page == ch_page)
            must(allows(now_map[ch_c][ch_page], tags[p][t].r.write) &&
                 (tags[p][t].pa & ~52'hfff) == now_map[ch_c][ch_page].frame,
                 "nobody holds the old when the FLUSH is complete (P19)");
      settled[ch_c][ch_page] = longint'(cycle);
      changing = 1'b0;
      met["flush"]++;
    end
    if (resume_valid && resume_ready && resume_status == cw_pkg::ST_BUSY) begin
      // The port still shows the data of another one (P34); the host repeats it.
      must(act == cw_pkg::RESUME_EMULATED, "BUSY for EMULATED only");
      met["busy"]++;
    end else if (resume_valid && resume_ready) begin
      i = page_of(faults[0].f.addr);
      k = key(int'(faults[0].f.ctx) - 1, i, faults[0].f.access == 8'd2);
      must(resume_status == cw_pkg::ST_OK, "RESUME of an open record");
      case (act)
        cw_pkg::RESUME_ABORT:    last_abort[k] = longint'(cycle);
        cw_pkg::RESUME_ONES:     last_ones[k]  = longint'(cycle);
        cw_pkg::RESUME_EMULATED: begin
          last_emul[int'(faults[0].f.port)][faults[0].f.tag[cw_pkg::TAG_W-1:0]] = longint'(cycle);
          emul[int'(faults[0].f.port)][faults[0].f.tag[cw_pkg::TAG_W-1:0]]      = data;
        end
        default: ;
      endcase
      open_rec.delete(k);
      resumed = 1'b1;
    end
    if (fr_valid && fr_ready) begin
      i = page_of(fr.addr);
      k = key(int'(fr.ctx) - 1, i, fr.access == 8'd2);
      must(i >= 0 && fr.ctx >= 16'd1 && fr.ctx <= 16'(NC) && fr.domain == fr.ctx, "a record of what was asked");
      must(!open_rec.exists(k), "one record of a page and access at a time (P32)");
      open_rec[k] = 1'b1;
      met["record"]++;
      task_of = {fr, longint'(cycle) + longint'($urandom_range(300, 20))};
      faults.push_back(task_of);
    end
  endtask

  bit taken [NS];
  bit resumed = 1'b0;

  // After the edge: what was taken goes from the pins.
  task automatic after();
    for (int p = 0; p < NS; p++) if (taken[p]) begin
      asks[p] = 1'b0;
      taken[p]     = 1'b0;
    end
    if (resumed) begin
      void'(faults.pop_front());
      resumed = 1'b0;
      act     = 2'($urandom_range(3));
      data    = {16{$urandom}};
      // Nothing is left in the end that only the host could end.
      if (quiet && act == cw_pkg::RESUME_RETRY) act = cw_pkg::RESUME_ABORT;
    end
  endtask

  task automatic step(input int n);
    repeat (n) begin
      drive();
      #1 look();
      @(negedge clk);
      after();
    end
  endtask

  cw_t::dom_t d;
  cw_t::ctx_t x;

  initial begin
    for (int c = 0; c < NC; c++) begin
      root[c] = new_table();
      for (int i = 0; i < PAGES; i++) begin
        now_map[c][i] = new_page();
        old_map[c][i] = now_map[c][i];
        settled[c][i] = 0;
        write_map(c, i);
      end
    end
    for (int p = 0; p < NS; p++) for (int t = 0; t < NT; t++) begin
      tags[p][t].state = FREE;
      last_emul[p][t]  = -1;
    end
    repeat (4) @(negedge clk);
    rst_n = 1'b1;
    @(negedge clk);
    for (int c = 0; c < NC; c++) begin
      d = '0; d.ports = (1 << NS) - 1; domw = d;
      domw_idx = cw_pkg::DOM_W'(c + 1); domw_valid = 1'b1;
      @(negedge clk) domw_valid = 1'b0;
      repeat (8) @(negedge clk);
      x = '0; x.valid = 1'b1; x.level5 = c == 1; x.quota = cw_pkg::PARK_QUOTA;
      x.domain = cw_pkg::DOM_W'(c + 1); x.space = cw_pkg::SPACE_W'(c + 1);
      x.root = (cw_pkg::PA_W-12)'(root[c] >> 12); ctxw = x;
      ctxw_idx = cw_pkg::CTX_W'(c + 1); ctxw_valid = 1'b1;
      @(negedge clk) ctxw_valid = 1'b0;
      repeat (8) @(negedge clk);
      portw = {1'b1, 16'd1, 16'd2};                  // enabled, first, last
      portw_idx = cw_pkg::PORT_W'(c); portw_valid = 1'b1;
      @(negedge clk) portw_valid = 1'b0;
      repeat (8) @(negedge clk);
    end
    for (int phase = 0; phase < 80; phase++) begin
      p_req = $urandom_range(100); p_take = phase % 4 == 0 ? 100 : $urandom_range(100, 10);
      p_change = phase % 5 == 0 ? 0 : $urandom_range(40); fr_percent = phase % 6 == 0 ? 20 : 95;
      step(500);
    end
    quiet = 1'b1; p_take = 100; fr_percent = 100;
    act = cw_pkg::RESUME_ABORT;
    step(6000);
    must(!changing, "every FLUSH ends");
    must(outstanding == 0 && faults.size() == 0 && reads.size() == 0, "one answer for each request (I6)");
    check_musts();
    foreach (met[what]) $display("%s: %0d", what, met[what]);
    check(met["record"] > 100 && met["flush"] > 100 && met["bad"] > 100 && met["verdict 0"] > 1000 &&
          met["verdict 6"] > 10 && met["verdict 8"] > 10, "all of it was met often");
    report("rtl_core");
  end
endmodule
