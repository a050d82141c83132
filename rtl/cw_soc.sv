// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Soft CPU: PicoRV32, its RAM, the mailbox, and the watchdog.
//
// Addresses of the CPU: RAM from 0, mailbox from 2^31; anything else reads 0 and ignores writes. RAM is
// read in the cycle before an access (the look-ahead of the core), so that it answers in its first; the mailbox answers
// in the second one, except SLEEP (cw_mailbox). The last FW_LOG_BYTES of RAM are the log; the host reads
// it by a port of its own, one cycle after `log_addr`.
// `dead` rises when the CPU traps or gives no heartbeat for `watchdog` cycles (0: never), and holds until reset: the
// CPU is then held in reset, so that nothing of it can reach the engine late, and cw_mailbox answers in its place.
module cw_soc #(
  parameter                  FW_HEX      = "",        // image for $readmemh; "" leaves the RAM as it is
  parameter longint unsigned TABLE_BYTES = 64'h0400_0000
) (
  input  logic                       clk,            // ticks whenever a register of the host or clk_cpu does
  input  logic                       clk_free,
  input  logic                       clk_cpu,        // CPU and mailbox; may stand still while `awake` is 0
  input  logic                       rst_n,
  output logic                       awake,

  // host registers
  input  logic [31:0]                watchdog,
  input  logic [31:0]                flush_timeout,
  output logic                       ready,
  output logic                       dead,
  output logic                       test_failed,
  output logic [31:0]                heartbeat,
  output logic [31:0]                version,
  output logic [31:0]                log_head,
  input  logic [31:0]                log_addr,       // bytes; taken modulo the size of the log
  output logic [31:0]                log_data,

  // cold ring
  input  logic                       cmd_valid,
  output logic                       cmd_ready,
  input  logic [1023:0]              cmd,
  input  logic [31:0]                cmd_index,
  output logic                       cpl_valid,
  input  logic                       cpl_ready,
  output cw_t::cpl_t                 cpl,

  // hot commands of the firmware
  output logic                       fwc_valid,
  input  logic                       fwc_ready,
  output logic [1023:0]              fwc,
  input  logic                       fwcpl_valid,
  input  cw_t::cpl_t                 fwcpl,

  // tables
  output logic                       ctxw_valid,
  output logic [cw_pkg::CTX_W-1:0]   ctxw_idx,
  output cw_t::ctx_t                 ctxw,
  output logic                       domw_valid,
  output logic [cw_pkg::DOM_W-1:0]   domw_idx,
  output cw_t::dom_t                 domw,
  output logic                       portw_valid,
  output logic [cw_pkg::PORT_W-1:0]  portw_idx,
  output cw_t::port_range_t          portw,
  output logic                       ctx_abort_valid,
  output logic [cw_pkg::CTX_W-1:0]   ctx_abort_idx,
  input  logic                       ctx_abort_busy,
  output logic                       logw_valid,
  output cw_t::log_set_t             logw,
  input  logic                       logw_busy,
  output logic                       dringw_valid,
  output cw_t::dring_set_t           dringw,
  input  logic                       dringw_busy,

  // counters
  input  logic [63:0]                cycle,
  output logic                       snap,
  input  logic                       snap_busy,
  input  logic [63:0]                snap_cycle,
  output logic                       ev_cold_cmds,
  output logic                       ev_cmd_errors
);

  localparam int unsigned WORDS = cw_pkg::FW_RAM_BYTES / 4;
  localparam int unsigned AW    = $clog2(WORDS);
  localparam int unsigned LOG_W = $clog2(cw_pkg::FW_LOG_BYTES / 4);

  logic        cpu_rst_n;
  logic        trap;
  logic        mem_valid;
  logic        mem_ready;
  logic [31:0] mem_addr;
  logic [31:0] mem_wdata;
  logic [3:0]  mem_wstrb;
  logic [31:0] mem_rdata;
  logic        look;
  logic [31:0] look_addr;

  assign cpu_rst_n = rst_n && !dead;

  // The tool writes every parameter that differs from the core's default; outputs that nothing needs stay open.
  // verilator lint_off PINCONNECTEMPTY
  picorv32 #(
    .ENABLE_COUNTERS   (1'b0),
    .ENABLE_COUNTERS64 (1'b0),
    .BARREL_SHIFTER    (1'b1),
    .COMPRESSED_ISA    (1'b1),
    .ENABLE_FAST_MUL   (1'b1),
    .ENABLE_DIV        (1'b1),
    .REGS_INIT_ZERO    (1'b1),
    .PROGADDR_RESET    (32'd0)
  ) u_cpu (
    .clk          (clk_cpu),
    .resetn       (cpu_rst_n),
    .trap         (trap),
    .mem_valid    (mem_valid),
    .mem_instr    (),
    .mem_ready    (mem_ready),
    .mem_addr     (mem_addr),
    .mem_wdata    (mem_wdata),
    .mem_wstrb    (mem_wstrb),
    .mem_rdata    (mem_rdata),
    .mem_la_read  (look),
    .mem_la_write (),
    .mem_la_addr  (look_addr),
    .mem_la_wdata (),
    .mem_la_wstrb (),
    .pcpi_valid   (),
    .pcpi_insn    (),
    .pcpi_rs1     (),
    .pcpi_rs2     (),
    .pcpi_wr      (1'b0),
    .pcpi_rd      (32'd0),
    .pcpi_wait    (1'b0),
    .pcpi_ready   (1'b0),
    .irq          (32'd0),
    .eoi          (),
    .trace_valid  (),
    .trace_data   ()
  );
  // verilator lint_on PINCONNECTEMPTY

  // ---- RAM: port A of the CPU, port B for the host's view of the log ----
  logic [31:0] ram [0:WORDS-1];
  logic [31:0] ram_q;
  logic        ram_sel;
  logic        ram_hit_q;       // the address was inside the RAM
  logic [AW-1:0] ram_at;
  logic [AW-1:0] log_at;

  generate
    if (FW_HEX != "") begin : g_image
      initial $readmemh(FW_HEX, ram);
    end
  endgenerate

  assign ram_sel = mem_valid && !mem_addr[31];
  assign ram_at  = look ? look_addr[AW+1:2] : mem_addr[AW+1:2];
  assign log_at  = {{(AW-LOG_W){1'b1}}, log_addr[LOG_W+1:2]};

  always_ff @(posedge clk_cpu) begin
    if (ram_sel && mem_addr[30:AW+2] == '0) begin
      if (mem_wstrb[0]) ram[ram_at][7:0]   <= mem_wdata[7:0];
      if (mem_wstrb[1]) ram[ram_at][15:8]  <= mem_wdata[15:8];
      if (mem_wstrb[2]) ram[ram_at][23:16] <= mem_wdata[23:16];
      if (mem_wstrb[3]) ram[ram_at][31:24] <= mem_wdata[31:24];
    end
    if (look) begin
      ram_q     <= ram[ram_at];
      ram_hit_q <= look_addr[30:AW+2] == '0;
    end
  end

  always_ff @(posedge clk) begin
    log_data <= ram[log_at];
  end

  // ---- mailbox ----
  logic        beat;
  logic        asleep;
  logic        bus_ready;
  logic [31:0] bus_rdata;

  assign mem_ready = ram_sel || bus_ready;
  assign mem_rdata = mem_addr[31] ? bus_rdata : ram_hit_q ? ram_q : 32'd0;

  cw_mailbox #(.TABLE_BYTES(TABLE_BYTES)) u_mailbox (
    .clk             (clk_cpu),
    .rst_n           (rst_n),
    .asleep          (asleep),
    .bus_valid       (mem_valid && mem_addr[31]),
    .bus_ready       (bus_ready),
    .bus_word        (mem_addr[8:2]),
    .bus_write       (mem_wstrb == 4'hf),
    .bus_wdata       (mem_wdata),
    .bus_rdata       (bus_rdata),
    .dead            (dead),
    .beat            (beat),
    .ready           (ready),
    .test_failed     (test_failed),
    .heartbeat       (heartbeat),
    .version         (version),
    .log_head        (log_head),
    .flush_timeout   (flush_timeout),
    .cmd_valid       (cmd_valid),
    .cmd_ready       (cmd_ready),
    .cmd             (cmd),
    .cmd_index       (cmd_index),
    .cpl_valid       (cpl_valid),
    .cpl_ready       (cpl_ready),
    .cpl             (cpl),
    .fwc_valid       (fwc_valid),
    .fwc_ready       (fwc_ready),
    .fwc             (fwc),
    .fwcpl_valid     (fwcpl_valid),
    .fwcpl           (fwcpl),
    .ctxw_valid      (ctxw_valid),
    .ctxw_idx        (ctxw_idx),
    .ctxw            (ctxw),
    .domw_valid      (domw_valid),
    .domw_idx        (domw_idx),
    .domw            (domw),
    .portw_valid     (portw_valid),
    .portw_idx       (portw_idx),
    .portw           (portw),
    .ctx_abort_valid (ctx_abort_valid),
    .ctx_abort_idx   (ctx_abort_idx),
    .ctx_abort_busy  (ctx_abort_busy),
    .logw_valid      (logw_valid),
    .logw            (logw),
    .logw_busy       (logw_busy),
    .dringw_valid    (dringw_valid),
    .dringw          (dringw),
    .dringw_busy     (dringw_busy),
    .cycle           (cycle),
    .snap            (snap),
    .snap_busy       (snap_busy),
    .snap_cycle      (snap_cycle),
    .ev_cold_cmds    (ev_cold_cmds),
    .ev_cmd_errors   (ev_cmd_errors)
  );


  // ---- watchdog ----
  logic [31:0] quiet_q;         // cycles since the last heartbeat
  logic        late;

  always_ff @(posedge clk_free) quiet_q <= !rst_n || beat ? 32'd0 : quiet_q + 32'd1;
  assign late  = watchdog != 32'd0 && quiet_q >= watchdog;
  assign awake = !asleep || (late && !dead);

  always_ff @(posedge clk) begin
    if (!rst_n)            dead <= 1'b0;
    else if (trap || late) dead <= 1'b1;
  end

  logic unused;
  assign unused = &{1'b0, mem_addr[1:0], look_addr, log_addr};

endmodule
