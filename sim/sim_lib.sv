// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// The engine in a shell that C can drive: a clock and a pointer. One call per rising edge hands the pins of the cycle
// that ends to sim/dpi.c and takes those of the next; wide data and events go by calls of their own, made only when
// there are any. All inputs of the engine are registers of this module, set by non-blocking assignments: no races.
module sim_lib #(
  parameter int unsigned     NSLOT       = cw_pkg::NSLOT,
  parameter int unsigned     TLB_SETS    = cw_pkg::TLB_SETS,
  parameter int unsigned     TLB_WAYS    = cw_pkg::TLB_WAYS,
  parameter int unsigned     TLB_LARGE   = cw_pkg::TLB_LARGE,
  parameter int unsigned     WC_ENTRIES  = cw_pkg::WC_ENTRIES,
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
  import "DPI-C" function void cw_dpi_wdata(input longint unsigned ctx, input bit host, input bit [511:0] data,
    input longint unsigned strb);
  import "DPI-C" function void cw_dpi_rdata(input longint unsigned ctx, input bit host, output bit [511:0] data);
  import "DPI-C" function void cw_dpi_ans(input longint unsigned ctx, input byte unsigned port, input byte unsigned tag,
    input byte unsigned verdict, input byte unsigned reason, input bit epoch, input longint unsigned pa);
  import "DPI-C" function void cw_dpi_ans_data(input longint unsigned ctx, input byte unsigned port,
    input bit [511:0] data);
  import "DPI-C" function void cw_dpi_req(input longint unsigned ctx, input byte unsigned port,
    output shortint unsigned rctx, output longint unsigned addr, output shortint unsigned len_m1, output bit write,
    output byte unsigned tag);
  import "DPI-C" function void cw_dpi_tick(input longint unsigned ctx,
    input bit t_arvalid, input byte unsigned t_arid, input longint unsigned t_araddr, input byte unsigned t_arlen,
    input bit t_rready, input bit t_awvalid, input byte unsigned t_awid, input longint unsigned t_awaddr,
    input byte unsigned t_awlen, input bit t_wvalid, input bit t_wlast, input bit t_bready,
    input bit h_arvalid, input byte unsigned h_arid, input longint unsigned h_araddr, input byte unsigned h_arlen,
    input bit h_rready, input bit h_awvalid, input byte unsigned h_awid, input longint unsigned h_awaddr,
    input byte unsigned h_awlen, input bit h_wvalid, input bit h_wlast, input bit h_bready,
    input bit s_awready, input bit s_wready, input bit s_bvalid, input bit s_arready, input bit s_rvalid,
    input int unsigned s_rdata, input byte unsigned p_req_ready, input byte unsigned p_ans_valid,
    input byte unsigned p_rel_ready, input byte unsigned irq,
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
    output byte unsigned p_rel_valid, output longint unsigned p_rel_tag);

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

  // ---- outputs of the engine ----
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
  logic [NP-1:0]           p_req_ready, p_ans_valid, p_rel_ready;
  logic [NP*cw_pkg::ANS_W-1:0] p_ans;
  logic [NP*512-1:0]       p_ans_data;
  logic [3:0]              irq;
  cw_pkg::mon_t            mon;

  assign s_wstrb = 4'hf;

  cw_top #(
    .NSLOT(NSLOT), .TLB_SETS(TLB_SETS), .TLB_WAYS(TLB_WAYS), .TLB_LARGE(TLB_LARGE), .WC_ENTRIES(WC_ENTRIES),
    .PA_BITS(PA_BITS), .TABLE_BYTES(TABLE_BYTES)
  ) u_top (.*);

  logic trace_on = 1'b0;

  // ---- events ----
  logic mon_on = 1'b0;
  logic mon_any;
  assign mon_any = mon_on && (mon.ctxw_valid || mon.stop_valid || mon.domw_valid || mon.portw_valid || mon.inv_valid ||
    mon.r_valid || mon.res_valid || mon.fill_valid || mon.look_valid || mon.ar_valid || mon.resume_valid ||
    mon.unpark_valid || mon.rel_valid != '0 || mon.flush_valid || mon.flip_ports != '0 || mon.close_ports != '0 ||
    mon.fdone_valid || mon.euu_w_valid || mon.euu_b_valid || mon.alloc_valid);

  // ---- the edge ----
  always @(posedge clk) begin : edge_calls
    // C has bytes where the pins have fewer bits.
    // verilator lint_off UNUSEDSIGNAL
    bit v_rst_n, v_trace_on, v_mon_on;
    bit vt_arready, vt_rvalid, vt_rlast, vt_awready, vt_wready, vt_bvalid, vt_rfresh;
    bit vh_arready, vh_rvalid, vh_rlast, vh_awready, vh_wready, vh_bvalid, vh_rfresh;
    byte unsigned vt_rid, vt_rresp, vt_bid, vt_bresp, vh_rid, vh_rresp, vh_bid, vh_bresp;
    bit vs_awvalid, vs_wvalid, vs_bready, vs_arvalid, vs_rready;
    shortint unsigned vs_awaddr, vs_araddr;
    int unsigned vs_wdata;
    byte unsigned vp_req_valid, vp_req_fresh, vp_ans_ready, vp_rel_valid;
    longint unsigned vp_rel_tag;
    bit [511:0] v_data;
    shortint unsigned vr_ctx, vr_len;
    longint unsigned vr_addr;
    bit vr_write;
    byte unsigned vr_tag;
    // verilator lint_on UNUSEDSIGNAL
    cw_t::ans_t ans;
    cw_t::req_t req;

    if (mon_any) cw_dpi_mon(ctx, mon);
    if (t_wvalid && t_wready) cw_dpi_wdata(ctx, 1'b0, t_wdata, t_wstrb);
    if (h_wvalid && h_wready) cw_dpi_wdata(ctx, 1'b1, h_wdata, h_wstrb);
    if (rst_n && (p_ans_valid & p_ans_ready) != '0) begin
      for (int unsigned p = 0; p < NP; p++) begin
        if (p_ans_valid[p] && p_ans_ready[p]) begin
          ans = p_ans[p*cw_pkg::ANS_W +: cw_pkg::ANS_W];
          cw_dpi_ans(ctx, 8'(p), 8'(ans.tag), 8'(ans.verdict), 8'(ans.reason), ans.epoch, 64'(ans.pa));
          if (ans.verdict == cw_pkg::V_EMULATED) cw_dpi_ans_data(ctx, 8'(p), p_ans_data[p*512 +: 512]);
        end
      end
    end
    cw_dpi_tick(ctx,
      t_arvalid, 8'(t_arid), 64'(t_araddr), t_arlen, t_rready, t_awvalid, 8'(t_awid), 64'(t_awaddr), t_awlen,
      t_wvalid, t_wlast, t_bready,
      h_arvalid, 8'(h_arid), h_araddr, h_arlen, h_rready, h_awvalid, 8'(h_awid), h_awaddr, h_awlen,
      h_wvalid, h_wlast, h_bready,
      s_awready, s_wready, s_bvalid, s_arready, s_rvalid, s_rdata,
      8'(p_req_ready), 8'(p_ans_valid), 8'(p_rel_ready), 8'(irq),
      v_rst_n, v_trace_on, v_mon_on,
      vt_arready, vt_rvalid, vt_rid, vt_rresp, vt_rlast, vt_awready, vt_wready, vt_bvalid, vt_bid, vt_bresp, vt_rfresh,
      vh_arready, vh_rvalid, vh_rid, vh_rresp, vh_rlast, vh_awready, vh_wready, vh_bvalid, vh_bid, vh_bresp, vh_rfresh,
      vs_awvalid, vs_awaddr, vs_wvalid, vs_wdata, vs_bready, vs_arvalid, vs_araddr, vs_rready,
      vp_req_valid, vp_req_fresh, vp_ans_ready, vp_rel_valid, vp_rel_tag);
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
    if (vt_rfresh) begin
      cw_dpi_rdata(ctx, 1'b0, v_data);
      t_rdata <= v_data;
    end
    if (vh_rfresh) begin
      cw_dpi_rdata(ctx, 1'b1, v_data);
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
