// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_ring_wr behind cw_host_bus, as completion ring (reserved slots) and as fault ring (space by ready): phase
// and contents over many laps, no overrun, whole records, the interrupt rule (P16, P41), disabling under traffic.
module tb_ring_wr;
  logic clk = 1'b0;
  logic rst_n = 1'b0;
  always #2 clk = !clk;

  localparam longint unsigned CBASE = 64'h1_0000_1000;
  localparam longint unsigned FBASE = 64'h1_0000_2000;

  `include "tb.svh"

  logic         c_en = 1'b0, f_en = 1'b0;
  logic         c_we = 1'b0, f_we = 1'b0;
  logic [31:0]  c_bell = '0, f_bell = '0;
  logic [31:0]  c_index, f_index;
  logic         c_space, c_take, c_give = 1'b0;
  logic         c_valid = 1'b0, c_ready, f_valid = 1'b0, f_ready;
  logic [255:0] c_rec = '0;
  logic [511:0] f_rec = '0;
  logic         c_irq, f_irq, c_err, f_err, f_space;
  logic         irq_en = 1'b1;
  logic         hold_b = 1'b0;
  logic         err_on = 1'b0;

  logic [2:0]    wr_valid, wr_ready, wr_bvalid;
  logic [191:0]  wr_addr, wr_strb;
  logic [1535:0] wr_data;
  logic          wr_berr;
  logic          h_arvalid, h_arready, h_rvalid, h_rready, h_rlast, h_awvalid, h_awready, h_wvalid, h_wready, h_wlast;
  logic          h_bvalid, h_bready;
  logic [2:0]    h_arid, h_rid, h_awid, h_bid;
  logic [63:0]   h_araddr, h_awaddr, h_wstrb;
  logic [7:0]    h_arlen, h_awlen;
  logic [511:0]  h_rdata, h_wdata, rd_rdata;
  logic [1:0]    h_rresp, h_bresp;
  logic [2:0]    rd_ready, rd_rvalid, ev_host_errors;
  logic          rd_rerr, rd_rlast;

  assign wr_valid[1]       = 1'b0;
  assign wr_addr[127:64]   = '0;
  assign wr_strb[127:64]   = '0;
  assign wr_data[1023:512] = '0;

  cw_ring_wr #(.RECORD(256), .PHASE(cw_pkg::CPL_PHASE_LSB), .RESERVED(1'b1)) u_cpl (
    .clk, .rst_n, .base(CBASE), .size_log2(5'd4), .enable(c_en), .doorbell_we(c_we), .doorbell(c_bell),
    .index(c_index), .space(c_space), .take(c_take), .give(c_give), .rec_valid(c_valid), .rec_ready(c_ready),
    .rec(c_rec), .wr_valid(wr_valid[0]), .wr_ready(wr_ready[0]), .wr_addr(wr_addr[63:0]), .wr_data(wr_data[511:0]),
    .wr_strb(wr_strb[63:0]), .wr_bvalid(wr_bvalid[0]), .wr_berr, .irq_en, .irq(c_irq), .ev_error(c_err)
  );
  cw_ring_wr #(.RECORD(512), .PHASE(cw_pkg::FAULT_PHASE_LSB), .RESERVED(1'b0)) u_fault (
    .clk, .rst_n, .base(FBASE), .size_log2(5'd4), .enable(f_en), .doorbell_we(f_we), .doorbell(f_bell),
    .index(f_index), .space(f_space), .take(1'b0), .give(1'b0), .rec_valid(f_valid), .rec_ready(f_ready),
    .rec(f_rec), .wr_valid(wr_valid[2]), .wr_ready(wr_ready[2]), .wr_addr(wr_addr[191:128]),
    .wr_data(wr_data[1535:1024]), .wr_strb(wr_strb[191:128]), .wr_bvalid(wr_bvalid[2]), .wr_berr, .irq_en,
    .irq(f_irq), .ev_error(f_err)
  );
  cw_host_bus u_bus (.clk_any(clk), .gate('0), .stat(), .bme(1'b1),
    .rd_valid(3'd0), .rd_addr('0), .rd_len('0), .rd_rready('1), .*);
  tb_axi_mem #(.ID_W(3), .ADDR_W(64)) u_mem (
    .clk, .rst_n, .err_on, .err_line(64'(CBASE)), .hold_b, .hold_r(1'b0),
    .arvalid(h_arvalid), .arready(h_arready), .arid(h_arid), .araddr(h_araddr), .arlen(h_arlen),
    .rvalid(h_rvalid), .rready(h_rready), .rid(h_rid), .rdata(h_rdata), .rresp(h_rresp), .rlast(h_rlast),
    .awvalid(h_awvalid), .awready(h_awready), .awid(h_awid), .awaddr(h_awaddr), .awlen(h_awlen),
    .wvalid(h_wvalid), .wready(h_wready), .wdata(h_wdata), .wstrb(h_wstrb), .wlast(h_wlast),
    .bvalid(h_bvalid), .bready(h_bready), .bid(h_bid), .bresp(h_bresp)
  );

  function automatic logic [511:0] record(input int unsigned salt, input int unsigned n);
    logic [511:0] v;
    for (int unsigned i = 0; i < 16; i++)
      v[32 * i +: 32] = ((n + 1) * 32'd2654435761) ^ (salt << 8) ^ (i * 32'h01010101);
    return v;
  endfunction

  // ---- engine side: reserves, later pushes; at most as many reservations as `space` grants ----
  int unsigned salt = 1;
  int          c_out = 0;          // reserved, not pushed
  int unsigned c_sent = 0, f_sent = 0;
  int unsigned c_want = 0, f_want = 0;
  bit          room;
  bit          mute = 1'b0;      // pushes nothing

  assign c_take = c_space && room && c_sent + 32'(c_out) < c_want;

  always @(posedge clk) if (rst_n) begin
    room <= $urandom_range(1) == 0;
    c_out += int'(c_take) - int'(c_valid && c_ready) - int'(c_give);
    if (c_valid && c_ready) c_sent++;
    if (!c_valid || c_ready) begin
      c_valid <= !mute && c_out > 0 && $urandom_range(2) != 0;
      c_rec   <= 256'(record(salt, c_sent)) & ~(256'hff << cw_pkg::CPL_PHASE_LSB);
    end
    if (f_valid && f_ready) f_sent++;
    if (!f_valid || f_ready) begin
      f_valid <= f_sent < f_want && $urandom_range(2) != 0;
      f_rec   <= record(salt, f_sent) & ~(512'hff << cw_pkg::FAULT_PHASE_LSB);
    end
  end

  // ---- host side: looks at the phase alone, then at the whole record ----
  int unsigned c_got = 0, f_got = 0;
  int          wrong = 0;
  int          c_irqs = 0, f_irqs = 0, c_errs = 0;
  int          lazy = 0;
  bit          irq_early = 1'b0;

  always @(posedge clk) if (rst_n) begin
    c_irqs += int'(c_irq);
    f_irqs += int'(f_irq);
    c_errs += int'(c_err);
    if (c_irq && !c_we && c_index == c_bell) irq_early = 1'b1;
    c_we <= 1'b0;
    f_we <= 1'b0;
    if (lazy >= 0 && c_en && $urandom_range(lazy) == 0) begin
      logic [511:0] line = u_mem.peek(CBASE + 64'(c_got % 16) * 32);
      logic [255:0] r = c_got[0] ? line[511:256] : line[255:0];
      if (r[cw_pkg::CPL_PHASE_LSB] == !c_got[4]) begin
        r[cw_pkg::CPL_PHASE_LSB] = 1'b0;
        if (r != (256'(record(salt, c_got)) & ~(256'hff << cw_pkg::CPL_PHASE_LSB))) wrong++;
        c_got++;
        c_bell <= c_got;
        c_we   <= 1'b1;
      end
    end
    if (lazy >= 0 && f_en && $urandom_range(lazy) == 0) begin
      logic [511:0] r = u_mem.peek(FBASE + 64'(f_got % 16) * 64);
      if (r[cw_pkg::FAULT_PHASE_LSB] == !f_got[4]) begin
        r[cw_pkg::FAULT_PHASE_LSB] = 1'b0;
        if (r != (record(salt, f_got) & ~(512'hff << cw_pkg::FAULT_PHASE_LSB))) wrong++;
        f_got++;
        f_bell <= f_got;
        f_we   <= 1'b1;
      end
    end
  end

  task automatic settle(input int cycles);
    repeat (cycles) @(negedge clk);
  endtask

  task automatic restart();
    c_en = 1'b0;
    f_en = 1'b0;
    c_want = 0; f_want = 0;
    settle(300);
    salt++;
    for (int i = 0; i < 16; i++) u_mem.poke(CBASE + 64'(i) * 64, '0);
    for (int i = 0; i < 16; i++) u_mem.poke(FBASE + 64'(i) * 64, '0);
    c_got = 0; f_got = 0; c_sent = 0; f_sent = 0; c_irqs = 0; f_irqs = 0; c_errs = 0;
    f_valid = 1'b0;
    c_bell = '0;
    f_bell = '0;
    c_en = 1'b1;
    f_en = 1'b1;
    settle(10);
  endtask

  initial begin
    repeat (4) @(negedge clk);
    rst_n = 1'b1;
    settle(10);
    check(!c_space && !f_ready, "no space while disabled");
    c_en = 1'b1;
    f_en = 1'b1;
    settle(4);

    c_want = 400;
    f_want = 400;
    for (int i = 0; i < 60000 && (c_got < 400 || f_got < 400); i++) begin
      lazy = (i / 1000) % 3 * 10;
      @(negedge clk);
    end
    settle(100);
    check(c_got == 400 && f_got == 400 && wrong == 0, "records whole and in order over 25 laps");
    check(c_index == 400 && f_index == 400, "producer indices");
    check(!irq_early, "no interrupt without an acknowledged record (P16 P41)");

    // ring full: the host does not look
    restart();
    lazy = -1;
    c_want = 40;
    f_want = 40;
    settle(1000);
    check(c_sent == 16 && !c_space && f_sent == 16 && !f_ready, "a full ring takes no more");
    check(c_irqs == 1 && f_irqs == 1, "one interrupt until the consumer is written (P16)");
    c_bell = 32'd1; c_we = 1'b1;
    @(negedge clk);
    settle(300);
    check(c_sent == 17 && c_irqs == 2, "producer ahead at the consumer write: another interrupt (P16)");
    c_got = 17;
    c_want = 17;
    c_bell = 32'd17; c_we = 1'b1;
    @(negedge clk);
    settle(300);
    check(c_irqs == 2, "consumer caught up: no interrupt");
    c_want = 18;
    settle(300);
    check(c_irqs == 3, "next record: interrupt (P16)");
    c_bell = 32'd19; c_we = 1'b1;
    @(negedge clk);
    settle(20);
    check(c_errs == 1, "a consumer beyond the producer is refused");

    // interrupt only after the acknowledgement, and not while it may not be sent
    restart();
    hold_b = 1'b1;
    c_want = 1;
    settle(300);
    check(c_irqs == 0 && c_index == 0, "no interrupt and no producer before the acknowledgement (P41)");
    hold_b = 1'b0;
    irq_en = 1'b0;
    settle(100);
    check(c_irqs == 0 && c_index == 1, "no interrupt while disabled");
    irq_en = 1'b1;
    settle(10);
    check(c_irqs == 1, "sent when enabled");
    err_on = 1'b1;
    c_want = 2;
    settle(100);
    check(c_errs == 1, "a write error is told");
    err_on = 1'b0;

    // disabled with reservations and records under way
    lazy = 3;
    for (int i = 0; i < 20; i++) begin
      restart();
      c_want = 30;
      f_want = 30;
      hold_b = i[0];
      settle(20 + i * 5);
      hold_b = 1'b0;
      restart();
      if (c_index != 0 || f_index != 0) wrong++;
      c_want = 20;
      f_want = 20;
      settle(1200);
      if (c_got != 20 || f_got != 20) break;
    end
    check(c_got == 20 && f_got == 20 && wrong == 0, "disabled under traffic: nothing stale after enabling");

    // reservations given back
    restart();
    c_want = 16;
    lazy = -1;
    settle(200);
    check(c_sent == 16 && !c_space, "full again");
    restart();
    mute = 1'b1;
    c_want = 16;
    settle(200);
    check(c_out == 16 && !c_space, "reservations alone fill the ring (P16)");
    c_want = 0;
    c_give = 1'b1;
    settle(3);
    c_give = 1'b0;
    settle(2);
    check(c_space, "three given back");
    c_want = 16;
    settle(200);
    check(c_out == 16 && !c_space, "three more fit, no fourth");
    mute = 1'b0;
    settle(300);
    check(c_sent == 16 && c_out == 0 && !c_space, "each reservation pushes one record");
    check(u_mem.n_bad == 0, "rules of the bus");
    report("rtl_ring_wr");
  end
endmodule
