// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_log_ctl alone: HARVESTs against a log, epochs and dirty rings that are quick or slow, grant epochs that
// do not close, entries that are lost, and what the firmware sets meanwhile. The order of the steps and what a
// completion says are known from what went in (P21, P25, P27; docs/dirty-log.md).
//
// Inputs change at the falling edge; what the outputs show then is what the rising edge takes.
module tb_log_ctl;
  logic clk = 1'b0;
  logic rst_n = 1'b0;
  always #2 clk = !clk;

  logic                         hc_valid = 1'b0, hc_ready, hp_valid, hp_ready = 1'b0, hp_cold, logw_valid = 1'b0;
  logic                         logw_busy, set_valid, set_done = 1'b0, all_valid, hv_valid, hv_ready = 1'b0;
  logic                         hvd_valid = 1'b0, hvd_ready, hvd_more = 1'b0, hvd_all = 1'b0, dr_lost = 1'b0, flip;
  logic                         fl_valid, fl_ready = 1'b0, fd_valid = 1'b0;
  cw_t::harvest_t               hc = '0, hv;
  cw_t::cookie_t                cookie = '0;
  cw_t::cpl_t                   hp;
  cw_t::log_set_t               logw = '0, set;
  logic [31:0]                  hvd_records = '0;
  logic [cw_pkg::LOG_DIR_W-1:0] hvd_next = '0;
  logic [15:0]                  dr_tail, dr_head;
  logic [cw_pkg::DOM_W-1:0]     dr_lost_dom = '0, flip_dom;
  logic [7:0]                   fd_status = '0;
  logic [cw_pkg::NPORT-1:0]     fd_fenced = '0;
  cw_log_ctl dut (.*);

  `include "tb.svh"
  `include "tb_must.svh"

  function automatic bit often(input int n);      // n times of 64
    return $urandom_range(63) < n;
  endfunction

  // ---- what is known of the HARVEST under way, by what has passed between the module and those around it ----
  typedef enum int { NONE, TAKEN, READ, CLEARED, FLUSH, CLOSED } phase_t;
  phase_t         phase = NONE;
  cw_t::harvest_t cmd;
  cw_t::cookie_t  its;
  bit             flipped, lost, told, more, all;
  logic [31:0]    records;
  logic [63:0]    next;
  logic [7:0]     status;
  logic [63:0]    fenced;
  int             owns, since, idle = 0;          // flips of its own; cycles in this phase, and without a step
  int             closed_at, latest;              // entries when its epochs closed, and soon after
  // ---- and of what the firmware has asked for ----
  bit             fw = 1'b0, fw_dir, fw_flip, fw_all;
  cw_t::log_set_t want;
  int             fw_since;
  // ---- dirty rings: entries made and in memory ----
  int             tail = 0, head = 0;
  int             pace = 16, n_done = 0, n_late = 0, n_cold = 0, n_wait = 0, n_lost = 0, n_all = 0;
  int             n_set = 0, n_dir = 0, n_both = 0, n_next = 0, n_wrap = 0, n_reset = 0;
  bit             hv_was = 1'b0, fl_was = 1'b0, hp_was = 1'b0, hc_taken = 1'b0, hvd_taken = 1'b0, fresh = 1'b0;
  assign dr_tail = 16'(tail);
  assign dr_head = 16'(head);

  task automatic drive();
    if (hc_taken) hc_valid = 1'b0;
    if (hvd_taken) hvd_valid = 1'b0;
    {hc_taken, hvd_taken} = '0;
    if (!hc_valid && often(pace)) begin
      hc_valid = 1'b1;
      for (int i = 0; i < 8; i++) hc = {hc[$bits(hc)-33:0], $urandom};
      cookie = hc.cookie;
    end
    hv_ready  = often(pace);
    fl_ready  = often(pace);
    hp_ready  = often(pace);
    if (phase == READ && !hvd_valid) begin
      hvd_valid   = often(pace);
      hvd_records = $urandom;
      hvd_more    = 1'($urandom);
      hvd_all     = often(8);
      hvd_next    = cw_pkg::LOG_DIR_W'($urandom);
    end
    fd_valid  = phase == FLUSH && often(pace);
    fd_status = often(20) ? cw_pkg::ST_NOT_FLUSHED : cw_pkg::ST_OK;
    fd_fenced = fd_status == cw_pkg::ST_OK ? '0 : cw_pkg::NPORT'($urandom);
    if (tail != head && often(pace)) head += int'($urandom_range(tail - head));
    // an entry that was lost is one that is not in memory yet
    if (often(pace) && tail - head < 2000) tail += int'($urandom_range(200));
    dr_lost     = tail != head && often(2);
    dr_lost_dom = often(32) ? cmd.dom : cw_pkg::DOM_W'($urandom);
    logw_valid = !logw_busy && often(4);
    for (int i = 0; i < 3; i++) logw = {logw[$bits(logw)-33:0], $urandom};
    set_done = set_valid && often(pace);
  endtask

  // Before the edge, with what is known until then.
  task automatic look();
    bit by_fw, done;
    by_fw = fw && want.flip;
    // ---- the steps (P25) ----
    must(!hc_ready || phase == NONE, "one HARVEST at a time");
    must(!hv_valid || phase == TAKEN, "the log is asked once for each command (P25)");
    must(!hv_valid || hv == cmd, "the log is asked what the command asks");
    must(!hvd_ready || phase == READ, "the end of reading is awaited where the log reads");
    must(!(flip && !by_fw) || (phase == CLEARED && owns == 0),
         "one new log epoch, when the log is cleared and before the grant epochs flip (P25)");
    must(!flip || (by_fw && flip_dom == want.dom) || (phase == CLEARED && flip_dom == cmd.dom),
         "a new log epoch names a domain of those that asked");
    must(!fl_valid || (phase == CLEARED && flipped), "grant epochs flip after the log epoch, once (P25)");
    must(!fl_valid || hv == cmd, "the grant epochs of the command's domain flip");
    must(!hp_valid || phase == CLOSED, "the completion comes when the grant epochs have closed (P25)");
    must(!hp_valid || head >= closed_at, "the completion comes after the entries of the marks that it took (P27)");
    must((!hv_was || hv_valid) && (!fl_was || fl_valid) && (!hp_was || hp_valid), "what is asked is asked until taken");
    idle = phase == NONE || phase == FLUSH || (phase == CLOSED && head < latest) || hv_valid || hvd_ready || fl_valid ||
           hp_valid ? 0 : idle + 1;
    must(idle < 5, "each step begins at once");
    must(phase != NONE || hc_ready, "ready when nothing is under way");
    // ---- what it says ----
    if (hp_valid) begin
      must(hp_cold == its.cold && hp.index == its.index && hp.id == its.id, "a completion is that of its command");
      must(hp.opcode == cw_pkg::OP_HARVEST && hp.field == cw_pkg::FIELD_NONE, "opcode and field of a completion");
      must(hp.status == status, "an epoch that did not end in time is told: NOT_FLUSHED (P21)");
      must(hp.value == 64'(records), "a completion counts the records, also with NOT_FLUSHED (P21)");
      must(hp.info[0] == more && (!more || hp.info >> 27 == next), "where to go on");
      must(hp.info[15:8] == 8'(fenced) && hp.info[7:2] == '0 && hp.info[26:16] == '0, "ports that are fenced (P21)");
      must(hp.info[1] || !(all || told), "lost entries and a log that is lost make everything dirty (P27)");
      must(!hp.info[1] || all || lost, "nothing else makes everything dirty");
    end
    // ---- firmware ----
    must(fresh ? logw_busy : fw || !logw_busy, "LOG_COMMIT is under way from the next cycle on");
    must(!set_valid || (fw && want.directory && !fw_dir), "a directory is set where the firmware asks for one, once");
    must(!(set_valid || all_valid) || (set.dom == want.dom && set.root == want.root && set.size == want.size),
         "the directory and the domain are those of LOG_COMMIT, whatever comes meanwhile");
    must(!all_valid || (fw && want.all_dirty), "all of a domain is dirty where the firmware asks for it");
    if (fw && !logw_busy) begin
      must(fw_dir || !want.directory, "a directory is the log's before LOG_COMMIT ends");
      must(fw_flip || !want.flip, "a new log epoch comes with the directory or after it (P28)");
      must(fw_all || !want.all_dirty, "all is dirty in the new directory (P28)");
      n_set++;
      fw = 1'b0;
    end
    must(!fw || fw_since < 5 || set_valid, "LOG_COMMIT ends when nothing is to be done any more");

    // ---- the edge: who takes what ----
    n_both += int'(flip && by_fw && phase == CLEARED && owns == 0 && !fl_valid);
    hv_was = hv_valid && !hv_ready;
    fl_was = fl_valid && !fl_ready;
    hp_was = hp_valid && !hp_ready;
    since++;
    if (phase == CLEARED && flip) flipped = 1'b1;
    if (phase == CLEARED && flip && !by_fw) owns++;
    if (phase != NONE && dr_lost && dr_lost_dom == cmd.dom) begin
      lost = 1'b1;
      if (!hp_valid) told = 1'b1;
    end
    if (phase == CLOSED && since <= 3) latest = tail;
    n_wait += int'(phase == CLOSED && since == 4 && head < closed_at);
    done = 1'b1;
    if (hc_valid && hc_ready) begin
      phase = TAKEN;
      cmd = hc;
      its = cookie;
      {flipped, lost, told} = '0;
      owns = 0;
      hc_taken = 1'b1;
    end else if (hv_valid && hv_ready) begin
      phase = READ;
    end else if (hvd_valid && hvd_ready) begin
      phase = CLEARED;
      records = hvd_records;
      more = hvd_more;
      all = hvd_all;
      next = 64'(hvd_next);
      hvd_taken = 1'b1;
    end else if (fl_valid && fl_ready) begin
      phase = FLUSH;
    end else if (fd_valid) begin
      phase = CLOSED;
      status = fd_status;
      fenced = 64'(fd_fenced);
      closed_at = tail;
      latest = tail;
    end else if (hp_valid && hp_ready) begin
      phase = NONE;
      n_done++;
      n_late += int'(status == cw_pkg::ST_NOT_FLUSHED);
      n_cold += int'(its.cold);
      n_lost += int'(told && !all);
      n_all  += int'(all);
      n_next += int'(more);
      n_wrap += int'(closed_at / 65536 != head / 65536);
    end else begin
      done = 1'b0;
    end
    if (done) since = 0;
    fw_since++;
    if (set_valid && set_done) begin
      fw_dir  = 1'b1;
      fw_flip = 1'b0;
      fw_all  = 1'b0;
      n_dir++;
      fw_since = 0;
    end
    if (fw && flip) fw_flip = 1'b1;
    if (fw && all_valid) fw_all = 1'b1;
    fresh = logw_valid;
    if (logw_valid) begin
      fw = 1'b1;
      {fw_dir, fw_flip, fw_all} = '0;
      want = logw;
      fw_since = 0;
    end
  endtask

  task automatic run(input int cycles);
    repeat (cycles) begin
      @(negedge clk);
      drive();
      #1;
      look();
      @(posedge clk);
      #1;
    end
  endtask

  task automatic reset();
    @(negedge clk);
    rst_n = 1'b0;
    {hc_valid, hvd_valid, fd_valid, logw_valid, set_done, dr_lost} = '0;
    {hv_was, fl_was, hp_was, hc_taken, hvd_taken, fresh, fw} = '0;
    idle = 0;
    phase = NONE;
    repeat (2) @(negedge clk);
    must(!(hv_valid || fl_valid || hp_valid || flip || set_valid || all_valid || logw_busy),
         "after a reset nothing is asked");
    rst_n = 1'b1;
    n_reset++;
  endtask

  initial begin
    for (int i = 0; i < 60; i++) begin
      pace = i % 3 == 0 ? 4 : i % 3 == 1 ? 20 : 60;
      reset();
      run(8000);
    end
    check_musts();
    check(n_done > 15000 && n_reset == 60, "commands were completed");
    check(n_late > 3000 && n_cold > 3000 && n_next > 3000, "also too late, of the firmware, and such as go on");
    check(n_wait > 1000 && n_wrap > 20, "completions waited for entries, also over the end of their count");
    check(n_lost > 200 && n_all > 500, "entries and logs were lost");
    check(n_set > 2000 && n_dir > 1000 && n_both > 10, "the firmware set logs, also beside a new log epoch");
    $display("%0d commands, %0d late, %0d waited, %0d lost, %0d wraps, %0d sets (%0d directories), %0d flips at once",
             n_done, n_late, n_wait, n_lost, n_wrap, n_set, n_dir, n_both);
    report("rtl_log_ctl");
  end
endmodule
