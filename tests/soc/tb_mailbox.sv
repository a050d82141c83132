// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_mailbox alone: a CPU that reads and writes words at random, cold commands whose ring changes as soon as
// they are taken, an engine that takes and completes hot commands late, answers that nobody waits for, and firmware
// that is dead. Each answer and each output is judged in every cycle against a model of firmware/mailbox.def.
//
// Inputs change at the falling edge; what the outputs show then is what the rising edge takes.
module tb_mailbox;
  localparam longint unsigned BYTES = 64'h0000_0012_3400_0000;

  logic clk = 1'b0;
  logic rst_n = 1'b0;
  always #2 clk = !clk;

  logic          asleep, bus_valid = 1'b0, bus_ready, bus_write = 1'b0, dead = 1'b0, beat, ready, test_failed;
  logic [6:0]    bus_word = '0;
  logic [31:0]   bus_wdata = '0, bus_rdata, heartbeat, version, log_head, flush_timeout = '0, cmd_index = '0;
  logic          cmd_valid = 1'b0, cmd_ready, cpl_valid, cpl_ready = 1'b0, fwc_valid, fwc_ready = 1'b0;
  logic          fwcpl_valid = 1'b0, ctxw_valid, domw_valid, portw_valid, ctx_abort_valid, ctx_abort_busy = 1'b0;
  logic          logw_valid, logw_busy = 1'b0, dringw_valid, dringw_busy = 1'b0, snap, snap_busy = 1'b0;
  logic          ev_cold_cmds, ev_cmd_errors;
  logic [1023:0] cmd = '0, fwc;
  cw_t::cpl_t    cpl, fwcpl = '0;
  logic [cw_pkg::CTX_W-1:0]  ctxw_idx, ctx_abort_idx;
  logic [cw_pkg::DOM_W-1:0]  domw_idx;
  logic [cw_pkg::PORT_W-1:0] portw_idx;
  cw_t::ctx_t        ctxw;
  cw_t::dom_t        domw;
  cw_t::port_range_t portw;
  cw_t::log_set_t    logw;
  cw_t::dring_set_t  dringw;
  logic [63:0]       cycle = '0, snap_cycle = '0;
  cw_mailbox #(.TABLE_BYTES(BYTES)) dut (.*);

  `include "tb.svh"
  `include "tb_must.svh"

  function automatic bit often(input int n);      // n times of 64
    return $urandom_range(63) < n;
  endfunction

  // ---- the model ----
  logic [31:0]   w [128];                         // words as the CPU wrote them
  bit            ans = 1'b0, held = 1'b0, cpl_due = 1'b0, sent = 1'b0, waiting = 1'b0, hot_done = 1'b0, fault, known;
  logic [31:0]   want, beats = '0, number = '0, cold_index;
  logic [1023:0] cold;
  logic [255:0]  hot;                             // as it was sent
  logic [15:0]   result;                          // of the cold command: field, status
  logic [63:0]   hot_value;
  logic [31:0]   hot_result;
  int            pulse = -1, age = 0, pace = 16;  // the word whose pulse is due
  bit            dies = 1'b0, last_ans = 1'b0, cmd_gone = 1'b0, cmd_was = 1'b0;
  int n_read = 0, n_write = 0, n_sleep = 0, n_event = 0, n_tick = 0, n_cold = 0, n_fault = 0, n_back = 0, n_hot = 0;
  int n_stray = 0, n_kept = 0, n_ignored = 0, n_dead = 0, n_pulse [128];

  function automatic bit rw(input int i);
    return (i inside {34, [36:37], [46:51], [53:54], 56, [59:62], [64:67], [72:79], [84:86]});
  endfunction

  function automatic logic [31:0] events();
    logic [31:0] e;
    e = '0;
    e[cw_mbox::EVENT_CMD]        = held;
    e[cw_mbox::EVENT_HOT_DONE]   = hot_done;
    e[cw_mbox::EVENT_ABORT_IDLE] = !ctx_abort_busy && pulse != int'(cw_mbox::CTX_ABORT);
    e[cw_mbox::EVENT_CPL_READY]  = !cpl_due;
    e[cw_mbox::EVENT_HOT_READY]  = !sent;
    e[cw_mbox::EVENT_SNAP_READY] = !snap_busy && pulse != int'(cw_mbox::SNAP);
    e[cw_mbox::EVENT_LOG_IDLE]   = !logw_busy && pulse != int'(cw_mbox::LOG_COMMIT);
    e[cw_mbox::EVENT_DRING_IDLE] = !dringw_busy && pulse != int'(cw_mbox::DRING_COMMIT);
    return e;
  endfunction

  task automatic choose();
    int k;
    bus_valid = often(48);
    k         = int'($urandom_range(15));
    bus_word  = k == 0 ? cw_mbox::SLEEP : k == 1 ? cw_mbox::CPL_DONE : k == 2 ? cw_mbox::HOT_GO :
                k == 3 ? cw_mbox::EVENT : k < 8 ? 7'(72 + $urandom_range(11)) : k < 10 ? 7'($urandom_range(31)) :
                7'($urandom_range(96, 32));
    bus_write = often(40);
    bus_wdata = $urandom;
    if (bus_word == cw_mbox::SLEEP) bus_wdata = often(1) ? '0 : often(16) ? 32'd1 << $urandom_range(7) : $urandom;
    if (bus_word == cw_mbox::DOM_LOG) bus_wdata[31:2] = '0;
    if (bus_word == cw_mbox::CPL_DONE && often(20)) bus_wdata[7:0] = cw_pkg::ST_OK;
    // the words of a completion stay as long as it waits for its ring
    if (bus_word >= cw_mbox::CPL_VALUE_LO && bus_word <= cw_mbox::CPL_INFO_HI && cpl_due) bus_write = 1'b0;
  endtask

  task automatic drive();
    bit its;
    dead = dies;
    cycle++;
    if (!bus_valid || last_ans) choose();
    // what was taken changes at once, and what was not may be called back
    if (cmd_gone || (cmd_valid && often(1))) cmd_valid = 1'b0;
    else if (!cmd_valid) cmd_valid = often(pace);
    n_back += int'(!cmd_gone && cmd_was && !cmd_valid);
    if (!cmd_valid || !cmd_was) begin
      for (int i = 0; i < 32; i++) cmd[32*i +: 32] = $urandom;
      cmd_index = $urandom;
    end
    cmd_was     = cmd_valid;
    cpl_ready   = often(pace);
    fwc_ready   = often(pace);
    its         = waiting && !sent && often(40);
    fwcpl_valid = often(its ? pace : 4);
    fwcpl       = {$urandom, $urandom, $urandom, $urandom, $urandom, $urandom};
    fwcpl.id    = hot[31:16] ^ (its ? '0 : 16'($urandom_range(65535, 1)));
    ctx_abort_busy = pulse == int'(cw_mbox::CTX_ABORT) ? 1'b1 : ctx_abort_busy && !often(pace);
    logw_busy      = logw_busy ? !often(pace / 2) : often(1);
    dringw_busy    = dringw_busy ? !often(pace / 2) : often(1);
    snap_busy      = snap_busy ? !often(pace) : often(1);
    flush_timeout  = $urandom;
    snap_cycle     = {$urandom, $urandom};
  endtask

  // What a pulse carries: the words written before.
  task automatic look_pulse();
    must(beat == (pulse == int'(cw_mbox::HEARTBEAT)) && snap == (pulse == int'(cw_mbox::SNAP)), "pulses of the CPU");
    must(ctxw_valid == (pulse == int'(cw_mbox::CTX_COMMIT)) && domw_valid == (pulse == int'(cw_mbox::DOM_COMMIT)) &&
         portw_valid == (pulse == int'(cw_mbox::PORT_COMMIT)) &&
         ctx_abort_valid == (pulse == int'(cw_mbox::CTX_ABORT)), "tables are written once for each COMMIT");
    must(logw_valid == (pulse == int'(cw_mbox::LOG_COMMIT)), "LOG_COMMIT, unless one is under way");
    must(dringw_valid == (pulse == int'(cw_mbox::DRING_COMMIT)), "DRING_COMMIT, unless one is under way");
    if (ctxw_valid) begin
      must(ctxw_idx == number[cw_pkg::CTX_W-1:0] && {ctxw.fix, ctxw.ad, ctxw.shadow, ctxw.flavour, ctxw.level5,
           ctxw.valid} == w[48][5:0] && ctxw.domain == w[48][8 +: cw_pkg::DOM_W] &&
           ctxw.space == w[48][16 +: cw_pkg::SPACE_W], "CTX_CFG");
      must({ctxw.root, 12'd0} == {w[50], w[49][31:12], 12'd0} % (64'd1 << cw_pkg::PA_W), "CTX_ROOT");
      must(ctxw.gen == w[51][cw_pkg::GEN_W-1:0] && ctxw.quota == w[51][16 +: cw_pkg::PARK_W + 1], "CTX_GEN");
      must(ctxw.dirty == w[47][15:0] && ctxw.walks == w[47][16 +: cw_pkg::SLOT_W + 1] && ctxw.bursts == w[47][31:24],
           "CTX_LIMITS (P38)");
    end
    if (domw_valid) must(domw_idx == number[cw_pkg::DOM_W-1:0] && domw.mmio_gen == w[53][18:0] &&
                         domw.ports == w[54][cw_pkg::NPORT-1:0] && domw.log_mode == w[59][1:0], "words of a domain");
    if (portw_valid) must(portw_idx == number[cw_pkg::PORT_W-1:0] && portw.first == w[56][15:0] &&
                          portw.last == w[56][31:16] && portw.enable == number[31], "words of a port (P20)");
    if (ctx_abort_valid) must(ctx_abort_idx == number[cw_pkg::CTX_W-1:0], "context of an ABORT");
    if (logw_valid) must(logw.dom == number[cw_pkg::DOM_W-1:0] && {logw.all_dirty, logw.flip, logw.directory} ==
                         number[10:8] && {logw.root, 12'd0} == {w[61], w[60][31:12], 12'd0} % (64'd1 << cw_pkg::PA_W) &&
                         logw.size == w[62][cw_pkg::LOG_DIR_W:0], "words of a log");
    if (dringw_valid) must(dringw.ctx == number[cw_pkg::CTX_W-1:0] && dringw.log2 == number[20:16] &&
                           dringw.base == {w[85], w[84][31:12]} && dringw.limit == w[86][16:0],
                           "words of a dirty ring");
    if (pulse >= 0) n_pulse[pulse]++;
  endtask

  // What a word reads, if the contract says it.
  task automatic expect_word(input int i);
    known = 1'b1;
    want  = '0;
    if (i < 32) {known, want} = {held, cold[32*i +: 32]};
    else if (rw(i)) want = w[i];
    else if (i == int'(cw_mbox::EVENT)) want = events();
    else if (i == int'(cw_mbox::HEARTBEAT)) want = beats;
    else if (i == int'(cw_mbox::CYCLE_LO)) want = cycle[31:0];
    else if (i == int'(cw_mbox::CYCLE_HI)) want = cycle[63:32];
    else if (i == int'(cw_mbox::SNAP_CYCLE_LO)) want = snap_cycle[31:0];
    else if (i == int'(cw_mbox::SNAP_CYCLE_HI)) want = snap_cycle[63:32];
    else if (i == int'(cw_mbox::TABLE_SIZE_LO)) want = 32'(BYTES);
    else if (i == int'(cw_mbox::TABLE_SIZE_HI)) want = 32'(BYTES >> 32);
    else if (i == int'(cw_mbox::FLUSH_TIMEOUT)) want = flush_timeout;
    else if (i == int'(cw_mbox::HOT_VALUE_LO)) {known, want} = {hot_done, hot_value[31:0]};
    else if (i == int'(cw_mbox::HOT_VALUE_HI)) {known, want} = {hot_done, hot_value[63:32]};
    else if (i == int'(cw_mbox::HOT_RESULT)) {known, want} = {hot_done, hot_result};
    else known = i inside {[69:71], [88:127]};     // not listed: 0
  endtask

  // Before the edge, with what is known until then.
  task automatic look();
    bit first, sleeps, wr, its, go, taken;
    int i;
    i      = int'(bus_word);
    first  = bus_valid && !ans;
    sleeps = first && bus_write && bus_word == cw_mbox::SLEEP && (bus_wdata & events()) == '0 && cycle[11:0] != '0 &&
             !dead;
    wr     = first && bus_write && !dead;
    must(bus_ready == ans, "a word is answered in the second cycle, SLEEP with its event or a tick");
    must(asleep == sleeps, "asleep: in SLEEP, and nothing has come");
    must(!ans || bus_write || !known || bus_rdata == want, "what a word reads");
    must(ready == w[34][0] && test_failed == w[34][1] && version == w[36] && log_head == w[37] && heartbeat == beats,
         "what the host sees of the firmware");
    look_pulse();
    // ---- cold command ----
    taken = cmd_valid && cmd_ready;
    age   = cmd_valid && !held && !cpl_due ? age + 1 : 0;
    must(!taken || !(held || cpl_due), "one cold command at a time");
    must(age < 40, "a cold command is taken when none is under way");
    must(cpl_valid == cpl_due, "a completion comes for each cold command, once");
    must(ev_cold_cmds == (taken && !dead) && ev_cmd_errors == (cpl_valid && cpl_ready && result[7:0] != cw_pkg::ST_OK),
         "what is counted");
    if (cpl_valid && cpl_due) begin
      must(cpl.id == cold[31:16] && cpl.opcode == cold[7:0] && cpl.index == cold_index,
           "a completion is its command's");
      must({cpl.field, cpl.status} == result, "status and field; FW_FAULT of firmware that is dead");
      must({cpl.info, cpl.value} == (result[7:0] == cw_pkg::ST_FW_FAULT ? '0 : {w[67], w[66], w[65], w[64]}),
           "value and info; none with FW_FAULT");
    end
    // ---- hot command ----
    must(fwc_valid == sent, "a hot command is sent once, until it is taken");
    must(!fwc_valid || fwc == {768'd0, hot}, "a hot command as it was sent, the rest zero");

    // ---- the edge ----
    n_read  += int'(ans && !bus_write && known);
    n_sleep += int'(sleeps);
    n_event += int'(first && bus_word == cw_mbox::SLEEP && bus_write && (bus_wdata & events()) != '0);
    n_tick  += int'(first && bus_word == cw_mbox::SLEEP && bus_write && cycle[11:0] == '0);
    n_dead  += int'(first && bus_write && dead);
    expect_word(i);
    pulse = -1;
    go    = 1'b0;
    its   = fwcpl_valid && waiting && fwcpl.id == hot[31:16];
    n_stray += int'(fwcpl_valid && !its);
    if (wr) begin
      n_write += int'(bus_word != cw_mbox::SLEEP);
      if (i == int'(cw_mbox::HOT_GO) && !sent) begin
        go = 1'b1;
        for (int k = 0; k < 8; k++) hot[32*k +: 32] = w[72 + k];
      end else if (i >= 72 && i < 80 && sent) begin
        n_kept++;
      end else if (rw(i)) begin
        w[i] = bus_wdata;
      end
      if (i == int'(cw_mbox::HEARTBEAT)) beats++;
      if (i inside {35, 40, 52, 55, 57, 58, 63, 87}) begin
        if ((i == 63 && logw_busy) || (i == 87 && dringw_busy)) n_ignored++;
        else begin
          pulse  = i;
          number = bus_wdata;
        end
      end
    end
    if (cpl_due) begin
      if (cpl_ready) begin
        cpl_due = 1'b0;
        n_cold++;
        n_fault += int'(fault);
      end
    end else if (held && (dead || (wr && bus_word == cw_mbox::CPL_DONE))) begin
      held    = 1'b0;
      cpl_due = 1'b1;
      fault   = dead;
      result  = dead ? {cw_pkg::FIELD_NONE, cw_pkg::ST_FW_FAULT} : bus_wdata[15:0];
    end else if (taken) begin
      held = 1'b1;
      cold = cmd;
      cold_index = cmd_index;
    end
    if (its) begin
      hot_value  = fwcpl.value;
      hot_result = {fwcpl.id, fwcpl.field, fwcpl.status};
      hot_done   = 1'b1;
      waiting    = 1'b0;
      n_hot++;
    end
    if (sent && fwc_ready) sent = 1'b0;
    if (go) begin
      sent     = 1'b1;
      waiting  = 1'b1;
      hot_done = 1'b0;
    end
    last_ans = ans;
    ans      = first && !sleeps;
    cmd_gone = taken;
  endtask

  task automatic run(input int cycles);
    repeat (cycles) begin
      @(negedge clk);
      drive();
      #1;
      look();
    end
  endtask

  task automatic reset();
    @(negedge clk);
    rst_n = 1'b0;
    {bus_valid, dead, cmd_valid, fwcpl_valid, fwc_ready, cpl_ready} = '0;
    {ans, held, cpl_due, sent, waiting, hot_done, last_ans, cmd_gone, cmd_was} = '0;
    for (int i = 0; i < 128; i++) w[i] = '0;
    beats = '0;
    hot   = '0;
    pulse = -1;
    age   = 0;
    repeat (2) @(negedge clk);
    rst_n = 1'b1;
  endtask

  int least = 1000000;
  initial begin
    for (int i = 0; i < 128; i++) n_pulse[i] = 0;
    for (int i = 0; i < 40; i++) begin
      pace = i % 3 == 0 ? 2 : i % 3 == 1 ? 20 : 60;
      dies = 1'b0;
      reset();
      cycle = {$urandom, $urandom};
      run(15000);
      dies = 1'(i);
      run(2000);
    end
    check_musts();
    foreach (n_pulse[i]) if (i inside {35, 40, 52, 55, 57, 58, 63, 87} && n_pulse[i] < least) least = n_pulse[i];
    check(n_read > 20000 && n_write > 50000 && least > 300, "words were read and written, tables with each COMMIT");
    check(n_sleep > 10000 && n_event > 2000 && n_tick > 20, "SLEEP waited, and ended with events and with ticks");
    check(n_cold > 1000 && n_fault > 20 && n_dead > 5000, "cold commands, also of firmware that is dead");
    check(n_back > 100, "cold commands were called back by their ring while they were copied");
    check(n_hot > 2000 && n_stray > 10000 && n_kept > 1000, "hot commands, strays, and words that were kept");
    check(n_ignored > 100, "commits while one was under way");
    $display("%0d reads, %0d writes, %0d asleep (%0d events, %0d ticks), %0d cold (%0d dead, %0d back), %0d hot",
             n_read, n_write, n_sleep, n_event, n_tick, n_cold, n_fault, n_back, n_hot);
    $display("%0d strays, %0d kept, %0d commits at least, %0d ignored", n_stray, n_kept, least, n_ignored);
    report("rtl_mailbox");
  end
endmodule
