// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// The engine in a shell that C can drive: a clock and a pointer. At the falling edge one call hands the pins of the
// cycle that ends to sim/dpi.c, which says whether those of the next one differ; if so, they are set at the rising
// edge, with all registers of the engine. What does not change wakes nothing: most of a cycle that only waits would go
// to logic behind pins that stand still. Wide data, addresses and events go by calls of their own, made only when there
// are any. All inputs of the engine are registers of this module, set by non-blocking assignments: no races.
module sim_lib #(
  parameter int unsigned     NSLOT       = cw_pkg::NSLOT,
  parameter int unsigned     TLB_SETS    = cw_pkg::TLB_SETS,
  parameter int unsigned     TLB_WAYS    = cw_pkg::TLB_WAYS,
  parameter int unsigned     TLB_LARGE   = cw_pkg::TLB_LARGE,
  parameter int unsigned     WC_ENTRIES  = cw_pkg::WC_ENTRIES,
  parameter int unsigned     LOG_LINES   = cw_pkg::LOG_LINES,
  parameter int unsigned     LOG_ENTRIES = cw_pkg::LOG_ENTRIES,
  parameter int unsigned     NFIX        = cw_pkg::NFIX,
  parameter int unsigned     PA_BITS     = cw_pkg::PA_BITS,
  parameter longint unsigned TABLE_BYTES = 64'h1000_0000
) (
  input bit        clk,
  input bit [63:0] ctx      // struct cw_sim *
);
  localparam int unsigned NP    = cw_pkg::NPORT_STREAM;
  localparam int unsigned TAG_W = cw_pkg::TAG_W;

  import "DPI-C" function void cw_dpi_open(input longint unsigned ctx, input longint unsigned table_bytes);
  import "DPI-C" function string cw_dpi_firmware(input longint unsigned ctx);
  import "DPI-C" function string cw_dpi_trace_file(input longint unsigned ctx);
  import "DPI-C" function void cw_dpi_mon(input longint unsigned ctx, input bit [$bits(cw_pkg::mon_t)-1:0] vec);
  import "DPI-C" function void cw_dpi_wdata(input longint unsigned ctx, input byte unsigned mem, input bit [511:0] data,
    input longint unsigned strb);
  import "DPI-C" function void cw_dpi_rdata(input longint unsigned ctx, input byte unsigned mem,
    output bit [511:0] data);
  import "DPI-C" function void cw_dpi_ans(input longint unsigned ctx, input byte unsigned port, input byte unsigned tag,
    input byte unsigned verdict, input byte unsigned reason, input bit epoch, input longint unsigned pa);
  import "DPI-C" function void cw_dpi_ans_data(input longint unsigned ctx, input byte unsigned port,
    input bit [511:0] data);
  import "DPI-C" function void cw_dpi_req(input longint unsigned ctx, input byte unsigned port,
    output shortint unsigned rctx, output longint unsigned addr, output shortint unsigned len_m1, output bit write,
    output byte unsigned tag);
  import "DPI-C" function void cw_dpi_guest(input longint unsigned ctx,
    input bit arvalid, input byte unsigned arid, input longint unsigned araddr, input byte unsigned arlen,
    input bit rready, input bit awvalid, input byte unsigned awid, input longint unsigned awaddr,
    input byte unsigned awlen, input bit wvalid, input bit wlast, input bit bready, output bit on);
  import "DPI-C" function void cw_dpi_guest_pins(input longint unsigned ctx,
    output bit arready, output bit rvalid, output byte unsigned rid, output byte unsigned rresp, output bit rlast,
    output bit awready, output bit wready, output bit bvalid, output byte unsigned bid, output byte unsigned bresp,
    output bit rfresh);
  import "DPI-C" function void cw_dpi_bridge(input longint unsigned ctx,
    input bit awready, input bit wready, input bit bvalid, input byte unsigned bid, input byte unsigned bresp,
    input bit arready, input bit rvalid, input byte unsigned rid, input byte unsigned rresp, input bit rlast,
    input bit [511:0] rdata);
  import "DPI-C" function void cw_dpi_bridge_pins(input longint unsigned ctx,
    output bit awvalid, output byte unsigned awid, output longint unsigned awaddr, output byte unsigned awlen,
    output byte unsigned awsize, output byte unsigned awburst, output bit awlock, output shortint unsigned awuser,
    output bit wvalid, output longint unsigned wstrb, output bit wlast, output bit wfresh, output bit bready,
    output bit arvalid, output byte unsigned arid, output longint unsigned araddr, output byte unsigned arlen,
    output byte unsigned arsize, output byte unsigned arburst, output bit arlock, output shortint unsigned aruser,
    output bit rready);
  import "DPI-C" function void cw_dpi_bridge_wdata(input longint unsigned ctx, output bit [511:0] data);
  // Addresses, for the cycles in which they are valid: mem 0 table memory, 1 host memory.
  import "DPI-C" function void cw_dpi_ar(input longint unsigned ctx, input byte unsigned mem, input byte unsigned id,
    input longint unsigned addr, input byte unsigned len);
  import "DPI-C" function void cw_dpi_aw(input longint unsigned ctx, input byte unsigned mem, input byte unsigned id,
    input longint unsigned addr, input byte unsigned len);
  // One byte per group of pins; sim/dpi.c takes them apart. due: what cw_dpi_pins() would say is new.
  import "DPI-C" function void cw_dpi_tick(input longint unsigned ctx, input longint unsigned pins,
    input int unsigned s_rdata, output bit due, output bit b_on);
  import "DPI-C" function void cw_dpi_pins(input longint unsigned ctx,
    output bit rst_n, output bit trace_on, output bit mon_on,
    output bit t_arready, output bit t_rvalid, output byte unsigned t_rid, output byte unsigned t_rresp,
    output bit t_rlast, output bit t_awready, output bit t_wready, output bit t_bvalid, output byte unsigned t_bid,
    output byte unsigned t_bresp, output bit t_rfresh,
    output bit h_arready, output bit h_rvalid, output byte unsigned h_rid, output byte unsigned h_rresp,
    output bit h_rlast, output bit h_awready, output bit h_wready, output bit h_bvalid, output byte unsigned h_bid,
    output byte unsigned h_bresp, output bit h_rfresh,
    output bit s_awvalid, output shortint unsigned s_awaddr, output bit s_wvalid, output int unsigned s_wdata,
    output bit s_bready, output bit s_arvalid, output shortint unsigned s_araddr, output bit s_rready,
    output byte unsigned p_req_valid, output byte unsigned p_req_fresh, output byte unsigned p_ans_ready,
    output byte unsigned p_rel_valid, output longint unsigned p_rel_tag, output byte unsigned p_quiet);

  // ---- inputs of the engine ----
  logic                    rst_n = 1'b0;
  logic                    t_arready = 1'b0, t_rvalid = 1'b0, t_rlast = 1'b0;
  logic                    t_awready = 1'b0, t_wready = 1'b0, t_bvalid = 1'b0;
  logic [5:0]              t_rid = '0, t_bid = '0;
  logic [1:0]              t_rresp = '0, t_bresp = '0;
  logic [511:0]            t_rdata = '0;
  logic                    h_arready = 1'b0, h_rvalid = 1'b0, h_rlast = 1'b0;
  logic                    h_awready = 1'b0, h_wready = 1'b0, h_bvalid = 1'b0;
  logic [2:0]              h_rid = '0, h_bid = '0;
  logic [1:0]              h_rresp = '0, h_bresp = '0;
  logic [511:0]            h_rdata = '0;
  logic                    s_awvalid = 1'b0, s_wvalid = 1'b0, s_bready = 1'b0, s_arvalid = 1'b0, s_rready = 1'b0;
  logic [15:0]             s_awaddr = '0, s_araddr = '0;
  logic [31:0]             s_wdata = '0;
  logic [3:0]              s_wstrb;
  logic [NP-1:0]           p_req_valid = '0, p_ans_ready = '0, p_rel_valid = '0;
  logic [NP*cw_pkg::REQ_W-1:0] p_req = '0;
  logic [NP*TAG_W-1:0]     p_rel_tag = '0;
  logic [NP-1:0]           p_quiet = '0;

  localparam int unsigned IW = cw_pkg::BRIDGE_ID_W - 1;  // of b_*
  localparam int unsigned GW = cw_pkg::BRIDGE_ID_W;
  logic                    b_awvalid = 1'b0, b_awlock = 1'b0, b_wvalid = 1'b0, b_wlast = 1'b0, b_bready = 1'b0;
  logic                    b_arvalid = 1'b0, b_arlock = 1'b0, b_rready = 1'b0;
  logic [IW-1:0]           b_awid = '0, b_arid = '0;
  logic [63:0]             b_awaddr = '0, b_araddr = '0, b_wstrb = '0;
  logic [7:0]              b_awlen = '0, b_arlen = '0;
  logic [2:0]              b_awsize = '0, b_arsize = '0;
  logic [1:0]              b_awburst = '0, b_arburst = '0;
  logic [15:0]             b_awuser = '0, b_aruser = '0;
  logic [511:0]            b_wdata = '0;
  logic                    g_arready = 1'b0, g_rvalid = 1'b0, g_rlast = 1'b0;
  logic                    g_awready = 1'b0, g_wready = 1'b0, g_bvalid = 1'b0;
  logic [GW-1:0]           g_rid = '0, g_bid = '0;
  logic [1:0]              g_rresp = '0, g_bresp = '0;
  logic [511:0]            g_rdata = '0;

  // ---- outputs of the engine ----
  logic                    b_awready, b_wready, b_bvalid, b_arready, b_rvalid, b_rlast;
  logic [IW-1:0]           b_bid, b_rid;
  logic [1:0]              b_bresp, b_rresp;
  logic [511:0]            b_rdata;
  logic                    g_arvalid, g_rready, g_awvalid, g_wvalid, g_wlast, g_bready;
  logic [GW-1:0]           g_arid, g_awid;
  logic [63:0]             g_araddr, g_awaddr, g_wstrb;
  logic [7:0]              g_arlen, g_awlen;
  logic [511:0]            g_wdata;
  logic                    t_arvalid, t_rready, t_awvalid, t_wvalid, t_wlast, t_bready;
  logic [5:0]              t_arid, t_awid;
  logic [51:0]             t_araddr, t_awaddr;
  logic [7:0]              t_arlen, t_awlen;
  logic [511:0]            t_wdata;
  logic [63:0]             t_wstrb;
  logic                    h_arvalid, h_rready, h_awvalid, h_wvalid, h_wlast, h_bready;
  logic [2:0]              h_arid, h_awid;
  logic [63:0]             h_araddr, h_awaddr;
  logic [7:0]              h_arlen, h_awlen;
  logic [511:0]            h_wdata;
  logic [63:0]             h_wstrb;
  logic                    s_awready, s_wready, s_bvalid, s_arready, s_rvalid;
  logic [1:0]              s_bresp, s_rresp;
  logic [31:0]             s_rdata;
  logic [NP-1:0]           p_req_ready, p_ans_valid, p_rel_ready, p_reset;
  logic                    b_reset;
  logic [NP*cw_pkg::ANS_W-1:0] p_ans;
  logic [NP*512-1:0]       p_ans_data;
  logic [4:0]              irq;
  cw_pkg::mon_t            mon;

  assign s_wstrb = 4'hf;

  cw_top #(
    .NSLOT(NSLOT), .TLB_SETS(TLB_SETS), .TLB_WAYS(TLB_WAYS), .TLB_LARGE(TLB_LARGE), .WC_ENTRIES(WC_ENTRIES),
    .LOG_LINES(LOG_LINES), .LOG_ENTRIES(LOG_ENTRIES), .NFIX(NFIX), .PA_BITS(PA_BITS), .TABLE_BYTES(TABLE_BYTES)
  ) u_top (.aresetn(rst_n), .*);

  logic trace_on = 1'b0;

  // ---- events ----
  logic mon_on = 1'b0;
  logic mon_any;
  assign mon_any = mon_on && (mon.reset_ports != '0 || mon.engine_reset || mon.engine_over || mon.ctxw_valid ||
    mon.stop_valid || mon.domw_valid || mon.portw_valid || mon.inv_valid || mon.r_valid || mon.res_valid ||
    mon.fill_valid || mon.look_valid || mon.ar_valid || mon.resume_valid || mon.lost_valid || mon.unpark_valid ||
    mon.rel_valid != '0 || mon.flush_valid || mon.flip_ports != '0 || mon.close_ports != '0 || mon.fdone_valid ||
    mon.euu_w_valid || mon.euu_b_valid || mon.alloc_valid || mon.log_valid || mon.lflip_valid || mon.dset_valid ||
    mon.dask_valid || mon.dbell_valid || mon.budget_turn || mon.cmd_take || mon.cmd_done);

  // ---- the falling edge: the cycle is over, C takes its pins and thinks of the next ----
  logic due = 1'b1, g_on = 1'b0, g_due = 1'b0, b_on = 1'b0, b_due = 1'b0;
  always @(negedge clk) begin : sample
    // verilator lint_off UNUSEDSIGNAL
    bit v_due, vg_on, vb_on;
    // verilator lint_on UNUSEDSIGNAL
    cw_t::ans_t ans;

    if (mon_any) cw_dpi_mon(ctx, mon);
    if (t_wvalid && t_wready) cw_dpi_wdata(ctx, 8'd0, t_wdata, t_wstrb);
    if (h_wvalid && h_wready) cw_dpi_wdata(ctx, 8'd1, h_wdata, h_wstrb);
    g_due <= 1'b0;
    if (g_on || g_arvalid || g_awvalid || g_wvalid || !rst_n) begin
      if (g_wvalid && g_wready) cw_dpi_wdata(ctx, 8'd2, g_wdata, g_wstrb);
      cw_dpi_guest(ctx, g_arvalid, 8'(g_arid), g_araddr, g_arlen, g_rready, g_awvalid, 8'(g_awid), g_awaddr, g_awlen,
        g_wvalid, g_wlast, g_bready, vg_on);
      g_on  <= vg_on;
      g_due <= 1'b1;
    end
    b_due <= b_on || !rst_n;
    if (b_on || !rst_n)
      cw_dpi_bridge(ctx, b_awready, b_wready, b_bvalid, 8'(b_bid), 8'(b_bresp), b_arready, b_rvalid, 8'(b_rid),
        8'(b_rresp), b_rlast, b_rdata);
    if (rst_n && (p_ans_valid & p_ans_ready) != '0) begin
      for (int unsigned p = 0; p < NP; p++) begin
        if (p_ans_valid[p] && p_ans_ready[p]) begin
          ans = p_ans[p*cw_pkg::ANS_W +: cw_pkg::ANS_W];
          cw_dpi_ans(ctx, 8'(p), 8'(ans.tag), 8'(ans.verdict), 8'(ans.reason), ans.epoch, 64'(ans.pa));
          if (ans.verdict == cw_pkg::V_EMULATED) cw_dpi_ans_data(ctx, 8'(p), p_ans_data[p*512 +: 512]);
        end
      end
    end
    if (t_arvalid) cw_dpi_ar(ctx, 8'd0, 8'(t_arid), 64'(t_araddr), t_arlen);
    if (t_awvalid) cw_dpi_aw(ctx, 8'd0, 8'(t_awid), 64'(t_awaddr), t_awlen);
    if (h_arvalid) cw_dpi_ar(ctx, 8'd1, 8'(h_arid), h_araddr, h_arlen);
    if (h_awvalid) cw_dpi_aw(ctx, 8'd1, 8'(h_awid), h_awaddr, h_awlen);
    cw_dpi_tick(ctx,
      {8'(irq), 8'(p_reset), 8'(p_rel_ready), 8'(p_ans_valid), 8'(p_req_ready),
       2'd0, b_reset, s_rvalid, s_arready, s_bvalid, s_wready, s_awready,
       2'd0, h_bready, h_wlast, h_wvalid, h_awvalid, h_rready, h_arvalid,
       2'd0, t_bready, t_wlast, t_wvalid, t_awvalid, t_rready, t_arvalid},
      s_rdata, v_due, vb_on);
    due  <= v_due;
    b_on <= vb_on;
  end

  // ---- the rising edge: the engine's registers move, and the pins with them if there is anything new ----
  logic clk_pins, pins_open;
  always_latch if (!clk) pins_open = due || g_due || b_due;
  assign clk_pins = clk & pins_open;
  always @(posedge clk_pins) begin : drive
    // C has bytes where the pins have fewer bits.
    // verilator lint_off UNUSEDSIGNAL
    bit v_rst_n, v_trace_on, v_mon_on;
    bit vt_arready, vt_rvalid, vt_rlast, vt_awready, vt_wready, vt_bvalid, vt_rfresh;
    bit vh_arready, vh_rvalid, vh_rlast, vh_awready, vh_wready, vh_bvalid, vh_rfresh;
    byte unsigned vt_rid, vt_rresp, vt_bid, vt_bresp, vh_rid, vh_rresp, vh_bid, vh_bresp;
    bit vs_awvalid, vs_wvalid, vs_bready, vs_arvalid, vs_rready;
    shortint unsigned vs_awaddr, vs_araddr;
    int unsigned vs_wdata;
    byte unsigned vp_req_valid, vp_req_fresh, vp_ans_ready, vp_rel_valid, vp_quiet;
    longint unsigned vp_rel_tag;
    bit vg_arready, vg_rvalid, vg_rlast, vg_awready, vg_wready, vg_bvalid, vg_rfresh;
    byte unsigned vg_rid, vg_rresp, vg_bid, vg_bresp;
    bit vb_awvalid, vb_awlock, vb_wvalid, vb_wlast, vb_wfresh, vb_bready, vb_arvalid, vb_arlock, vb_rready;
    byte unsigned vb_awid, vb_awlen, vb_awsize, vb_awburst, vb_arid, vb_arlen, vb_arsize, vb_arburst;
    longint unsigned vb_awaddr, vb_araddr, vb_wstrb;
    shortint unsigned vb_awuser, vb_aruser;
    bit [511:0] v_data;
    shortint unsigned vr_ctx, vr_len;
    longint unsigned vr_addr;
    bit vr_write;
    byte unsigned vr_tag;
    // verilator lint_on UNUSEDSIGNAL
    cw_t::req_t req;

    if (g_due) begin
      cw_dpi_guest_pins(ctx, vg_arready, vg_rvalid, vg_rid, vg_rresp, vg_rlast, vg_awready, vg_wready, vg_bvalid,
        vg_bid, vg_bresp, vg_rfresh);
      g_arready <= vg_arready;
      g_rvalid  <= vg_rvalid;
      g_rid     <= vg_rid[GW-1:0];
      g_rresp   <= vg_rresp[1:0];
      g_rlast   <= vg_rlast;
      g_awready <= vg_awready;
      g_wready  <= vg_wready;
      g_bvalid  <= vg_bvalid;
      g_bid     <= vg_bid[GW-1:0];
      g_bresp   <= vg_bresp[1:0];
      if (vg_rfresh) begin
        cw_dpi_rdata(ctx, 8'd2, v_data);
        g_rdata <= v_data;
      end
    end
    if (b_due) begin
      cw_dpi_bridge_pins(ctx, vb_awvalid, vb_awid, vb_awaddr, vb_awlen, vb_awsize, vb_awburst, vb_awlock,
        vb_awuser, vb_wvalid, vb_wstrb, vb_wlast, vb_wfresh, vb_bready, vb_arvalid, vb_arid, vb_araddr, vb_arlen,
        vb_arsize, vb_arburst, vb_arlock, vb_aruser, vb_rready);
      b_awvalid <= vb_awvalid;
      b_awid    <= vb_awid[IW-1:0];
      b_awaddr  <= vb_awaddr;
      b_awlen   <= vb_awlen;
      b_awsize  <= vb_awsize[2:0];
      b_awburst <= vb_awburst[1:0];
      b_awlock  <= vb_awlock;
      b_awuser  <= vb_awuser;
      b_wvalid  <= vb_wvalid;
      b_wstrb   <= vb_wstrb;
      b_wlast   <= vb_wlast;
      b_bready  <= vb_bready;
      b_arvalid <= vb_arvalid;
      b_arid    <= vb_arid[IW-1:0];
      b_araddr  <= vb_araddr;
      b_arlen   <= vb_arlen;
      b_arsize  <= vb_arsize[2:0];
      b_arburst <= vb_arburst[1:0];
      b_arlock  <= vb_arlock;
      b_aruser  <= vb_aruser;
      b_rready  <= vb_rready;
      if (vb_wfresh) begin
        cw_dpi_bridge_wdata(ctx, v_data);
        b_wdata <= v_data;
      end
    end
    cw_dpi_pins(ctx, v_rst_n, v_trace_on, v_mon_on,
      vt_arready, vt_rvalid, vt_rid, vt_rresp, vt_rlast, vt_awready, vt_wready, vt_bvalid, vt_bid, vt_bresp, vt_rfresh,
      vh_arready, vh_rvalid, vh_rid, vh_rresp, vh_rlast, vh_awready, vh_wready, vh_bvalid, vh_bid, vh_bresp, vh_rfresh,
      vs_awvalid, vs_awaddr, vs_wvalid, vs_wdata, vs_bready, vs_arvalid, vs_araddr, vs_rready,
      vp_req_valid, vp_req_fresh, vp_ans_ready, vp_rel_valid, vp_rel_tag, vp_quiet);
    rst_n     <= v_rst_n;
    mon_on    <= v_mon_on;
    trace_on  <= v_trace_on;
    t_arready <= vt_arready;
    t_rvalid  <= vt_rvalid;
    t_rid     <= vt_rid[5:0];
    t_rresp   <= vt_rresp[1:0];
    t_rlast   <= vt_rlast;
    t_awready <= vt_awready;
    t_wready  <= vt_wready;
    t_bvalid  <= vt_bvalid;
    t_bid     <= vt_bid[5:0];
    t_bresp   <= vt_bresp[1:0];
    h_arready <= vh_arready;
    h_rvalid  <= vh_rvalid;
    h_rid     <= vh_rid[2:0];
    h_rresp   <= vh_rresp[1:0];
    h_rlast   <= vh_rlast;
    h_awready <= vh_awready;
    h_wready  <= vh_wready;
    h_bvalid  <= vh_bvalid;
    h_bid     <= vh_bid[2:0];
    h_bresp   <= vh_bresp[1:0];
    s_awvalid <= vs_awvalid;
    s_awaddr  <= vs_awaddr;
    s_wvalid  <= vs_wvalid;
    s_wdata   <= vs_wdata;
    s_bready  <= vs_bready;
    s_arvalid <= vs_arvalid;
    s_araddr  <= vs_araddr;
    s_rready  <= vs_rready;
    p_req_valid <= vp_req_valid[NP-1:0];
    p_ans_ready <= vp_ans_ready[NP-1:0];
    p_rel_valid <= vp_rel_valid[NP-1:0];
    p_rel_tag   <= vp_rel_tag[NP*TAG_W-1:0];
    p_quiet     <= vp_quiet[NP-1:0];
    if (vt_rfresh) begin
      cw_dpi_rdata(ctx, 8'd0, v_data);
      t_rdata <= v_data;
    end
    if (vh_rfresh) begin
      cw_dpi_rdata(ctx, 8'd1, v_data);
      h_rdata <= v_data;
    end
    if (vp_req_fresh != '0) begin
      for (int unsigned p = 0; p < NP; p++) begin
        if (vp_req_fresh[p]) begin
          cw_dpi_req(ctx, 8'(p), vr_ctx, vr_addr, vr_len, vr_write, vr_tag);
          req.ctx    = vr_ctx;
          req.addr   = vr_addr;
          req.len_m1 = vr_len[11:0];
          req.write  = vr_write;
          req.tag    = vr_tag[TAG_W-1:0];
          p_req[p*cw_pkg::REQ_W +: cw_pkg::REQ_W] <= req;
        end
      end
    end
  end

  // ---- once ----
`ifdef CW_MUTANTS
  import "DPI-C" function string cw_dpi_mutant(input longint unsigned ctx);
  initial if (!cw_pkg::choose_mutant(cw_dpi_mutant(ctx))) $fatal(1, "no such mutant");
`endif
`ifndef CW_SIM_NO_FIRMWARE
  initial begin : firmware
    string image;
    image = cw_dpi_firmware(ctx);
    if (image != "") $readmemh(image, u_top.u_soc.ram);
  end
`endif
  initial cw_dpi_open(ctx, TABLE_BYTES);

  // The file is named at once, because Verilator moves $dumpvars ahead of a $dumpfile in the same block.
  initial begin : trace_file
    string name;
    name = cw_dpi_trace_file(ctx);
    if (name != "") $dumpfile(name);
  end
  always @(posedge trace_on) $dumpvars(0, u_top);

  // The slave of the registers answers OKAY always; the answer itself is looked at in tests of cw_regs.
  logic unused;
  assign unused = &{1'b0, s_bresp, s_rresp};
endmodule
