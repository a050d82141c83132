// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_table_bus alone: walker, entry-update unit, loader and dirty log ask at random before a memory that is
// slow and answers in any order; now and then the gate closes amid the traffic, clients are reset, and all begins
// anew when the bus is quiet (P43). Each answer must belong to an access of its client and have its data; what was
// acknowledged is in memory, what a reset cut off has changed whole beats or nothing; at the pins nothing moves that
// was not taken, in resets either.
module tb_table_bus;
  logic clk = 1'b0;
  always #2 clk = !clk;

  localparam longint unsigned READ = 64'h10_0000, EU = 64'h20_0000, LD = 64'h30_0000, DL = 64'h40_0000;

  `include "tb.svh"
  `include "tb_must.svh"

  logic            rst_n = 1'b0, fn_rst_n = 1'b0, close = 1'b0;
  cw_t::bus_gate_t gate;
  cw_t::bus_stat_t stat;
  assign gate = '{rst_n: fn_rst_n, close: close, absorb: close && !rst_n, tick: 1'b0, timeout: 32'd100000};

  logic         rd_valid = 1'b0, rd_ready, wr_rvalid, wr_rerr;
  logic [4:0]   rd_slot = '0, wr_rslot;
  logic [51:0]  rd_addr = '0, eu_addr = '0, ld_awaddr = '0, dl_araddr = '0, dl_awaddr = '0;
  logic [511:0] wr_rdata, eu_rdata, eu_wdata = '0, ld_wdata = '0, dl_rdata, dl_wdata = '0;
  logic         eu_arvalid = 1'b0, eu_arready, eu_rvalid, eu_rerr, eu_awvalid = 1'b0, eu_awready, eu_wvalid = 1'b0;
  logic         eu_wready, eu_bvalid, eu_berr;
  logic [63:0]  eu_wstrb = '0, ld_wstrb = '1, dl_wstrb = '1;
  logic         ld_awvalid = 1'b0, ld_awready, ld_wvalid = 1'b0, ld_wready, ld_wlast, ld_bvalid, ld_berr;
  logic [7:0]   ld_awlen = '0;
  logic         dl_arvalid = 1'b0, dl_arready, dl_rvalid, dl_rerr, dl_awvalid = 1'b0, dl_awready, dl_wvalid = 1'b0;
  logic         dl_wready, dl_bvalid, dl_berr;
  logic [1:0]   dl_arid = '0, dl_rid, dl_awid = '0, dl_bid;
  logic [2:0]   ev_table_errors;

  logic         t_arvalid, t_arready, t_rvalid, t_rready, t_rlast, t_awvalid, t_awready, t_wvalid, t_wready, t_wlast;
  logic         t_bvalid, t_bready;
  logic [5:0]   t_arid, t_rid, t_awid, t_bid;
  logic [51:0]  t_araddr, t_awaddr;
  logic [63:0]  t_wstrb;
  logic [7:0]   t_arlen, t_awlen;
  logic [511:0] t_rdata, t_wdata;
  logic [1:0]   t_rresp, t_bresp;
  cw_table_bus dut (.*);
  tb_axi_mem #(.LAT(30)) u_mem (
    .clk, .rst_n(fn_rst_n), .err_on(1'b0), .err_line('0), .hold_b(1'b0), .hold_r(1'b0),
    .arvalid(t_arvalid), .arready(t_arready), .arid(t_arid), .araddr(t_araddr), .arlen(t_arlen),
    .rvalid(t_rvalid), .rready(t_rready), .rid(t_rid), .rdata(t_rdata), .rresp(t_rresp), .rlast(t_rlast),
    .awvalid(t_awvalid), .awready(t_awready), .awid(t_awid), .awaddr(t_awaddr), .awlen(t_awlen),
    .wvalid(t_wvalid), .wready(t_wready), .wdata(t_wdata), .wstrb(t_wstrb), .wlast(t_wlast),
    .bvalid(t_bvalid), .bready(t_bready), .bid(t_bid), .bresp(t_bresp));

  function automatic logic [511:0] word(input longint unsigned at);      // what memory holds where nobody writes
    return {8{at ^ 64'h5a5a_0000_1234_8765}};
  endfunction

  // ---- reads: of each slot, of the entry-update unit, of the three of the dirty log: where, 0: none under way ----
  longint unsigned slot_at [32], eu_at, log_at [4];
  // ---- writes: an address, then its data; the entry-update unit, the loader, the dirty log ----
  int              n_reads = 0, n_eu = 0, n_ld = 0, n_dl = 0, n_cut = 0, n_left = 0;
  int              ld_left = 0, ld_len = 0;
  bit              eu_open = 1'b0, ld_open = 1'b0, dl_open = 1'b0;
  logic [63:0]     seed = 64'd1;
  logic [1:0]      dl_id = '0;
  assign ld_wlast = ld_left == 1;

  function automatic longint unsigned some(input longint unsigned from);
    return from + longint'($urandom_range(63)) * 64;
  endfunction
  task automatic forget();
    for (int s = 0; s < 32; s++) slot_at[s] = 0;
    for (int i = 0; i < 4; i++) log_at[i] = 0;
    eu_at = 0;
    {eu_open, ld_open, dl_open} = '0;
    rd_valid   <= 1'b0;
    eu_arvalid <= 1'b0;
    dl_arvalid <= 1'b0;
    eu_awvalid <= 1'b0;
    eu_wvalid  <= 1'b0;
    ld_awvalid <= 1'b0;
    ld_wvalid  <= 1'b0;
    dl_awvalid <= 1'b0;
    dl_wvalid  <= 1'b0;
    ld_left = 0;
  endtask

  always @(posedge clk) begin
    if (!rst_n) begin
      if (eu_wvalid || ld_wvalid || dl_wvalid) n_cut++;
      forget();
    end else begin
      // walker
      if (wr_rvalid) begin
        must(slot_at[wr_rslot] != 0 && wr_rdata == word(slot_at[wr_rslot]), "a read of the walker has its data");
        slot_at[wr_rslot] = 0;
        n_reads++;
      end
      if (!rd_valid || rd_ready) begin
        logic [4:0] s = 5'($urandom);
        rd_valid <= slot_at[s] == 0;
        if (slot_at[s] == 0) begin
          slot_at[s] = some(READ);
          rd_slot <= s;
          rd_addr <= 52'(slot_at[s]);
        end
      end
      // entry-update unit: a read, or a write
      if (eu_rvalid) begin
        must(eu_at != 0 && eu_rdata == word(eu_at), "a read of an entry has its data");
        eu_at = 0;
      end
      if (eu_arvalid && eu_arready) eu_arvalid <= 1'b0;
      if (eu_awvalid && eu_awready) begin
        eu_awvalid <= 1'b0;
        eu_wvalid  <= 1'b1;
      end
      if (eu_wvalid && eu_wready) eu_wvalid <= 1'b0;
      if (eu_bvalid) begin
        must(eu_open && u_mem.peek8(64'(eu_addr) + 8) == eu_wdata[127:64], "what the entry-update unit wrote is in memory");
        eu_open = 1'b0;
        n_eu++;
      end
      if (!eu_open && eu_at == 0 && $urandom_range(3) == 0) begin
        if ($urandom_range(1) == 0) begin
          eu_at = some(READ);
          eu_addr    <= 52'(eu_at);
          eu_arvalid <= 1'b1;
        end else begin
          eu_open = 1'b1;
          eu_addr    <= 52'(some(EU));
          eu_awvalid <= 1'b1;
          eu_wdata   <= {8{32'($urandom), 32'($urandom)}};
          eu_wstrb   <= 64'hff00;
        end
      end
      // loader: bursts
      if (ld_awvalid && ld_awready) ld_awvalid <= 1'b0;
      if (ld_wvalid && ld_wready) ld_left--;
      if (ld_bvalid) begin
        must(ld_open && ld_left == 0, "a burst of the loader is acknowledged after its last beat");
        for (int i = 0; i < ld_len; i++)
          must(u_mem.peek8(64'(ld_awaddr) + 64'(i) * 64) == seed + 64'(i), "what the loader wrote is in memory");
        ld_open = 1'b0;
        n_ld++;
      end
      if (!ld_open && $urandom_range(7) == 0) begin
        ld_open = 1'b1;
        seed   += 64'd1000;
        ld_len  = 1 + $urandom_range(15);
        ld_left = ld_len;
        ld_awaddr  <= 52'(LD + 64'($urandom_range(3)) * 4096 + 64'($urandom_range(40)) * 64);
        ld_awlen   <= 8'(ld_len - 1);
        ld_awvalid <= 1'b1;
      end
      if (!(ld_wvalid && !ld_wready)) begin
        ld_wvalid <= ld_open && !ld_awvalid && ld_left != 0 && $urandom_range(1) == 0;
        ld_wdata  <= {8{seed + 64'(ld_len - ld_left)}};
      end
      // dirty log
      if (dl_rvalid) begin
        must(log_at[dl_rid] != 0 && dl_rdata == word(log_at[dl_rid]), "a read of the log has its data");
        log_at[dl_rid] = 0;
      end
      if (!dl_arvalid || dl_arready) begin
        logic [1:0] i = 2'($urandom_range(2));
        dl_arvalid <= log_at[i] == 0;
        if (log_at[i] == 0) begin
          log_at[i] = some(READ);
          dl_arid   <= i;
          dl_araddr <= 52'(log_at[i]);
        end
      end
      if (dl_awvalid && dl_awready) begin
        dl_awvalid <= 1'b0;
        dl_wvalid  <= 1'b1;
      end
      if (dl_wvalid && dl_wready) dl_wvalid <= 1'b0;
      if (dl_bvalid) begin
        must(dl_open && dl_bid == dl_id && u_mem.peek8(64'(dl_awaddr)) == dl_wdata[63:0],
             "what the log wrote is in memory");
        dl_open = 1'b0;
        n_dl++;
      end
      if (!dl_open && $urandom_range(3) == 0) begin
        dl_open = 1'b1;
        dl_id   = 2'($urandom_range(2));
        dl_awid    <= dl_id;
        dl_awaddr  <= 52'(some(DL));
        dl_awvalid <= 1'b1;
        dl_wdata   <= {8{32'($urandom), 32'($urandom)}};
      end
    end
    if (gate.absorb) must(!t_wvalid || t_wstrb == '0, "in a reset nothing is written");
  end

  initial begin
    for (int i = 0; i < 64; i++) u_mem.poke(READ + 64'(i) * 64, word(READ + 64'(i) * 64));
    repeat (4) @(negedge clk);
    fn_rst_n = 1'b1;
    for (int r = 0; r < 300; r++) begin
      int limit = 0;
      @(negedge clk);
      rst_n = 1'b1;
      close = 1'b0;
      repeat (50 + $urandom_range(300)) @(negedge clk);
      close = 1'b1;
      while (!stat.closed) @(negedge clk);
      rst_n = 1'b0;
      while (!stat.quiet && limit < 5000) begin
        @(negedge clk);
        limit++;
      end
      must(limit < 5000, "the bus comes to rest");
      repeat (16) @(negedge clk);
      must(!t_arvalid && !t_awvalid && !t_wvalid && u_mem.writes.size() == 0 && u_mem.reads.size() == 0,
           "at rest nothing is under way");
      if (limit > 0) n_left++;
    end
    check_musts();
    check(u_mem.n_bad == 0, "what stands at the pins untaken does not move, and data follow their address (P43)");
    check(n_reads > 3000 && n_eu > 300 && n_ld > 200 && n_dl > 500, "all have read and written");
    check(n_cut > 20 && n_left > 200, "resets amid the data of a write");
    report("rtl_table_bus");
  end

  initial begin
    repeat (1000000) @(negedge clk);
    check(1'b0, "deadline");
    report("rtl_table_bus");
  end
endmodule
