// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of the hot command path: ring reader, command unit, entry-update unit, loader, record writer and both buses
// between two memories. The core behind INVALIDATE, FLUSH and RESUME is a few lines of this file. Every malformed field
// is tried (P17); then random commands of the host and of the firmware run against a copy of table memory that this
// file keeps: values found, order (P11, P15, P18), one completion each, bus errors.
module tb_cmd;
  logic clk = 1'b0;
  logic rst_n = 1'b0;
  always #2 clk = !clk;

  localparam longint unsigned TABLE = 64'h10_0000;          // bytes of table memory
  localparam longint unsigned RING = 64'h2_0000_0000;
  localparam longint unsigned CPLS = 64'h2_0000_1000;
  localparam longint unsigned BUFFER = 64'h2_0001_0000;     // 4 pages that LOAD reads
  localparam int MAX = 20000;

  int wrong = 0;       // found by the checkers that run all the time

  `include "tb.svh"

  task automatic fault(input string what, input longint unsigned a, input longint unsigned b);
    wrong++;
    if (wrong < 20) $display("wrong: %s %x %x", what, a, b);
  endtask

  // ---- device ----
  logic          bme = 1'b0, enable = 1'b0, c_we = 1'b0;
  logic [31:0]   doorbell = '0, c_bell = '0, index, c_index;
  logic          cpl_space, cpl_take, cpl_give, cmd_valid, cmd_ready, rd_err, wr_err, c_irq;
  logic [1023:0] cmd, fwc = '0;
  logic [31:0]   cmd_index;
  logic          fwc_valid = 1'b0, fwc_ready, cpl_valid, cpl_ready, fwcpl_valid;
  cw_t::cpl_t    cpl, fwcpl;
  logic [255:0]  rec;
  logic          inv_valid, inv_ready = 1'b0, flush_valid, flush_ready = 1'b0, flush_full;
  cw_t::inv_t    inv;
  cw_t::flush_t  flush;
  logic [3:0]    flush_dom, flush_ports;
  cw_t::scope_t  drain_what, count_what;
  cw_t::stop_t   stop;
  logic          drain_stopped, stop_valid, stop_ready = 1'b0, count_ask, count_take, count_done;
  logic [cw_pkg::PARK_W:0] count;
  logic          fdone_valid = 1'b0, fdone_ready, resume_valid, resume_ready = 1'b0;
  cw_t::flush_done_t fdone;
  cw_t::resume_t resume;
  logic [7:0]    resume_status;
  logic          eu_req_valid, eu_req_ready, eu_rsp_valid, eu_rsp_ready;
  cw_t::euu_req_t eu_req;
  cw_t::euu_rsp_t eu_rsp;
  logic          ld_req_valid, ld_req_ready, ld_req_fill, ld_rsp_valid, ld_rsp_ready, ld_rsp_error, load_busy;
  logic [51:0]   ld_req_addr;
  logic [63:0]   ld_req_arg;
  logic [5:0]    ld_req_len;
  logic          ev_hot_cmds, ev_cmd_errors, ev_invalidates, ev_flush_cmds, ev_resumes, ev_resumes_unknown;
  logic          ev_entry_updates, ev_cas_mismatch;
  logic [2:0]    ev_table_errors, ev_host_errors;

  logic          eu_arvalid, eu_arready, eu_rvalid, eu_rerr, eu_awvalid, eu_awready, eu_wvalid, eu_wready;
  logic          eu_bvalid, eu_berr;
  logic [51:0]   eu_addr;
  logic [511:0]  eu_rdata, eu_wdata;
  logic [63:0]   eu_wstrb;
  logic          ld_awvalid, ld_awready, ld_wvalid, ld_wready, ld_wlast, ld_bvalid, ld_berr;
  logic [51:0]   ld_awaddr;
  logic [7:0]    ld_awlen;
  logic [511:0]  ld_wdata;
  logic [63:0]   ld_wstrb;
  logic          mon_w_valid, mon_b_valid, mon_b_mismatch, mon_b_error;
  logic [63:0]   mon_w_addr, mon_w_value, mon_b_addr, mon_b_old;

  logic [2:0]    hr_valid, hr_ready, hr_rvalid, hr_rready, hw_valid, hw_ready, hw_bvalid;
  logic [191:0]  hr_addr, hw_addr, hw_strb;
  logic [23:0]   hr_len;
  logic [511:0]  hr_rdata;
  logic          hr_rerr, hr_rlast, hw_berr;
  logic [1535:0] hw_data;

  // walker side of the table bus: random reads that the bench checks for their slot
  logic          rd_valid = 1'b0, rd_ready, wr_rvalid, wr_rerr;
  logic [4:0]    rd_slot = '0, wr_rslot;
  logic [51:0]   rd_addr = '0;
  logic [511:0]  wr_rdata;

  assign hr_valid[1]     = 1'b0;
  assign hr_addr[127:64] = '0;
  assign hr_len[15:8]    = '0;
  assign hr_rready[1]    = 1'b1;
  assign hw_valid[2:1]   = '0;
  assign hw_addr[191:64] = '0;
  assign hw_strb[191:64] = '0;
  assign hw_data[1535:512] = '0;

`include "tests/queue/cmd_log.svh"

  cw_ring_rd u_rd (
    .base(RING), .size_log2(5'd5), .rd_valid(hr_valid[0]), .rd_ready(hr_ready[0]), .rd_addr(hr_addr[63:0]),
    .rd_len(hr_len[7:0]), .rd_rvalid(hr_rvalid[0]), .rd_rready(hr_rready[0]), .rd_rdata(hr_rdata),
    .rd_rerr(hr_rerr), .rd_rlast(hr_rlast), .ev_error(rd_err), .*
  );
  cw_cmd #(.TABLE_BYTES(TABLE)) u_cmd (.*);
  // No fixer here: its port is quiet.
  logic                    fx_valid = 1'b0, fx_ready, fx_done, chg_valid, chg_any, mon_fix;
  cw_t::euu_req_t          fx_req = '0;
  cw_t::euu_rsp_t          fx_rsp;
  logic [cw_pkg::PA_W-1:6] chg_line;
  cw_t::protect_t          mon_protect;
  cw_t::cmd_mon_t          mon_cmd;
  logic [7:0]              mon_changed;
  cw_euu u_euu (
    .req_valid(eu_req_valid), .req_ready(eu_req_ready), .req(eu_req), .rsp_valid(eu_rsp_valid),
    .rsp_ready(eu_rsp_ready), .rsp(eu_rsp), .*
  );
  cw_loader u_loader (
    .req_valid(ld_req_valid), .req_ready(ld_req_ready), .req_fill(ld_req_fill), .req_addr(ld_req_addr),
    .req_arg(ld_req_arg), .req_len(ld_req_len), .rsp_valid(ld_rsp_valid), .rsp_ready(ld_rsp_ready),
    .rsp_error(ld_rsp_error), .busy(load_busy), .rd_valid(hr_valid[2]), .rd_ready(hr_ready[2]),
    .rd_addr(hr_addr[191:128]), .rd_len(hr_len[23:16]), .rd_rvalid(hr_rvalid[2]), .rd_rready(hr_rready[2]),
    .rd_rdata(hr_rdata), .rd_rerr(hr_rerr), .*
  );
  cw_cpl_rec u_rec (.*);
  cw_ring_wr #(.RECORD(256), .PHASE(cw_pkg::CPL_PHASE_LSB), .RESERVED(1'b1)) u_wr (
    .clk, .rst_n, .base(CPLS), .size_log2(5'd4), .enable, .doorbell_we(c_we), .doorbell(c_bell), .index(c_index),
    .space(cpl_space), .take(cpl_take), .give(cpl_give), .rec_valid(cpl_valid), .rec_ready(cpl_ready), .rec,
    .wr_valid(hw_valid[0]), .wr_ready(hw_ready[0]), .wr_addr(hw_addr[63:0]), .wr_data(hw_data[511:0]),
    .wr_strb(hw_strb[63:0]), .wr_bvalid(hw_bvalid[0]), .wr_berr(hw_berr), .irq_en(1'b1), .irq(c_irq),
    .ev_error(wr_err)
  );

  logic         h_arvalid, h_arready, h_rvalid, h_rready, h_rlast, h_awvalid, h_awready, h_wvalid, h_wready, h_wlast;
  logic         h_bvalid, h_bready;
  logic [2:0]   h_arid, h_rid, h_awid, h_bid;
  logic [63:0]  h_araddr, h_awaddr, h_wstrb;
  logic [7:0]   h_arlen, h_awlen;
  logic [511:0] h_rdata, h_wdata;
  logic [1:0]   h_rresp, h_bresp;
  logic         t_arvalid, t_arready, t_rvalid, t_rready, t_rlast, t_awvalid, t_awready, t_wvalid, t_wready, t_wlast;
  logic         t_bvalid, t_bready;
  logic [5:0]   t_arid, t_rid, t_awid, t_bid;
  logic [51:0]  t_araddr, t_awaddr;
  logic [63:0]  t_wstrb;
  logic [7:0]   t_arlen, t_awlen;
  logic [511:0] t_rdata, t_wdata;
  logic [1:0]   t_rresp, t_bresp;
  logic         h_err = 1'b0, t_err = 1'b0;
  logic [63:0]  h_err_line = '0, t_err_line = '0;

  cw_host_bus u_hbus (
    .clk_any(clk), .gate('0), .stat(),
    .rd_valid(hr_valid), .rd_ready(hr_ready), .rd_addr(hr_addr), .rd_len(hr_len), .rd_rvalid(hr_rvalid),
    .rd_rready(hr_rready), .rd_rdata(hr_rdata), .rd_rerr(hr_rerr), .rd_rlast(hr_rlast), .wr_valid(hw_valid),
    .wr_ready(hw_ready), .wr_addr(hw_addr), .wr_data(hw_data), .wr_strb(hw_strb), .wr_bvalid(hw_bvalid),
    .wr_berr(hw_berr), .*
  );
  cw_table_bus u_tbus (.gate('0), .stat(), .*);
  tb_axi_mem #(.ID_W(3), .ADDR_W(64), .LAT(40)) u_host (
    .clk, .rst_n, .err_on(h_err), .err_line(h_err_line), .hold_b(1'b0), .hold_r(1'b0),
    .arvalid(h_arvalid), .arready(h_arready), .arid(h_arid), .araddr(h_araddr), .arlen(h_arlen),
    .rvalid(h_rvalid), .rready(h_rready), .rid(h_rid), .rdata(h_rdata), .rresp(h_rresp), .rlast(h_rlast),
    .awvalid(h_awvalid), .awready(h_awready), .awid(h_awid), .awaddr(h_awaddr), .awlen(h_awlen),
    .wvalid(h_wvalid), .wready(h_wready), .wdata(h_wdata), .wstrb(h_wstrb), .wlast(h_wlast),
    .bvalid(h_bvalid), .bready(h_bready), .bid(h_bid), .bresp(h_bresp)
  );
  tb_axi_mem u_table (
    .clk, .rst_n, .err_on(t_err), .err_line(t_err_line), .hold_b(1'b0), .hold_r(1'b0),
    .arvalid(t_arvalid), .arready(t_arready), .arid(t_arid), .araddr(t_araddr), .arlen(t_arlen),
    .rvalid(t_rvalid), .rready(t_rready), .rid(t_rid), .rdata(t_rdata), .rresp(t_rresp), .rlast(t_rlast),
    .awvalid(t_awvalid), .awready(t_awready), .awid(t_awid), .awaddr(t_awaddr), .awlen(t_awlen),
    .wvalid(t_wvalid), .wready(t_wready), .wdata(t_wdata), .wstrb(t_wstrb), .wlast(t_wlast),
    .bvalid(t_bvalid), .bready(t_bready), .bid(t_bid), .bresp(t_bresp)
  );

  // ---- commands ----
  function automatic logic [1023:0] command(input logic [7:0] op, input int id, input logic [63:0] addr,
                                            input logic [63:0] arg0, input logic [63:0] arg1,
                                            input logic [15:0] space, input logic [7:0] scope);
    logic [1023:0] c = '0;
    c[7:0]     = op;
    c[31:16]   = 16'(id);
    c[47:32]   = space;
    c[55:48]   = scope;
    c[127:64]  = addr;
    c[191:128] = arg0;
    c[255:192] = arg1;
    return c;
  endfunction

  logic [7:0]  x_op [MAX];
  logic [7:0]  x_status [MAX];
  logic [7:0]  x_field [MAX];
  logic [63:0] x_value [MAX];
  logic [63:0] x_info [MAX];
  bit          x_barrier [MAX];
  bit          x_done [MAX];
  int          x_page [MAX];        // page that LOAD or FILL fills, or -1
  int unsigned produced = 0;
  int unsigned completed = 0;
  logic [63:0] shadow [longint unsigned];   // table memory as the commands so far leave it
  int          flush_sent [$];      // FLUSHes of the ring without a completion
  int          n_busy = 0;

  function automatic logic [63:0] entry(input longint unsigned addr);
    return shadow.exists(addr) ? shadow[addr] : '0;
  endfunction

  task automatic submit(input logic [1023:0] c, input logic [7:0] status, input logic [7:0] field,
                        input logic [63:0] value);
    int limit = 0;
    while (produced - index >= 32 && limit < 20000) begin
      @(negedge clk);
      limit++;
    end
    c[31:16] = 16'(produced);
    u_host.poke(RING + 64'(produced % 32) * 128, c[511:0]);
    u_host.poke(RING + 64'(produced % 32) * 128 + 64, c[1023:512]);
    x_op[produced]      = c[7:0];
    x_status[produced]  = status;
    x_field[produced]   = field;
    x_value[produced]   = value;
    x_info[produced]    = '0;
    x_barrier[produced] = c[8] && status != cw_pkg::ST_BAD_FIELD;
    x_done[produced]    = 1'b0;
    x_page[produced]    = -1;
    if (c[7:0] == cw_pkg::OP_FLUSH && status == cw_pkg::ST_OK) flush_sent.push_back(produced);
    produced++;
    if (limit >= 20000) fault("ring stuck", 64'(produced), 64'(index));
    doorbell = produced;
  endtask

  // ---- completions: in ring order, each once, at the latest when memory shows the change ----
  int lazy = 0;

  always @(posedge clk) begin
    c_we <= 1'b0;
    if (rst_n && enable && $urandom_range(lazy) == 0) begin
      logic [511:0] line = u_host.peek(CPLS + 64'(completed % 16) * 32);
      logic [255:0] r = completed[0] ? line[511:256] : line[255:0];
      int id = int'(r[207:192]);
      if (r[248] == !completed[4]) begin
        if (32'(id) >= produced || x_done[id]) fault("completion of no command", 64'(id), 64'(completed));
        else begin
          x_done[id] = 1'b1;
          if (r[159:128] != 32'(id) || r[215:208] != x_op[id]) fault("index, opcode", 64'(id), 64'(r[215:208]));
          if (x_op[id] == cw_pkg::OP_FLUSH && r[223:216] == cw_pkg::ST_BUSY && x_status[id] == 0) n_busy++;
          else if (r[223:216] != x_status[id] || r[231:224] != x_field[id])
            fault("status, field", {32'(id), 16'd0, x_status[id], x_field[id]},
                  {40'(x_op[id]), r[223:216], r[231:224]});
          else if (r[63:0] != x_value[id]) fault("value", x_value[id], r[63:0]);
          if (r[127:64] != x_info[id]) fault("info", x_info[id], r[127:64]);
          if (r[191:160] != '0 || r[247:232] != '0 || r[255:249] != '0) fault("reserved", 0, 0);
          if (x_barrier[id])
            for (int i = 0; i < flush_sent.size(); i++)
              if (flush_sent[i] < id) fault("BARRIER before FLUSH", 64'(id), 64'(flush_sent[i]));
          for (int i = 0; i < flush_sent.size(); i++)
            if (flush_sent[i] == id) begin
              flush_sent.delete(i);
              break;
            end
        end
        completed++;
        c_bell <= completed;
        c_we   <= 1'b1;
      end
    end
  end

  // ---- the core's part ----
  typedef struct {
    logic [31:0] index;
    logic [15:0] id;
    logic        cold, harvest;
    logic        drain;
    cw_t::scope_t what;
    longint      due;
  } open_t;

  open_t       open [$];
  int          n_inv = 0, n_flush = 0, n_resume = 0;
  cw_t::inv_t  last_inv;
  cw_t::flush_t last_flush;
  cw_t::resume_t last_resume;
  longint      now = 0;
  longint      flush_time = 100;

  assign flush_full      = open.size() >= 8;
  assign flush_ports     = (drain_what.scope == 8'd4 ? 4'd1 << drain_what.id[1:0] : flush_dom) & 4'b0111;
  // Only what was stopped last is stopped; a scope has as many parked requests as its number says.
  cw_t::stop_t   last_stop = '0;
  int            counted = 0, n_stop = 0;
  assign drain_stopped   = last_stop.stop && last_stop.what == drain_what;
  assign count_done      = counted == 20;
  assign count           = count_what.id[cw_pkg::PARK_W:0];
  always @(posedge clk) if (rst_n) begin
    stop_ready <= $urandom_range(2) == 0;
    if (stop_valid && stop_ready) begin
      last_stop <= stop;
      n_stop++;
    end
    if (count_take && !count_done) fault("DRAIN without its count", 0, 0);
    if (count_take) counted <= 0;
    else if (count_ask && !count_done) counted <= counted + 1;
  end
  assign resume_status   = resume.index[0] ? cw_pkg::ST_UNKNOWN_ID : cw_pkg::ST_OK;

  always @(posedge clk) if (rst_n) begin
    now <= now + 1;
    inv_ready    <= $urandom_range(2) == 0;
    flush_ready  <= $urandom_range(2) == 0;
    resume_ready <= $urandom_range(2) == 0;
    if (inv_valid && inv_ready) begin
      n_inv++;
      last_inv = inv;
      // P18: every change of the commands before is acknowledged
      if (changing || u_table.writes.size() != 0) fault("INVALIDATE before acknowledgement", 0, 0);
    end
    if (flush_valid && flush_ready) begin
      open_t o;
      o.index = flush.cookie.index; o.id = flush.cookie.id; o.cold = flush.cookie.cold;
      o.harvest = flush.cookie.harvest;
      o.drain = flush.drain; o.what = flush.what;
      o.due = now + longint'($urandom_range(int'(flush_time)));
      if (open.size() >= 8) fault("FLUSH while full", 0, 0);
      if (changing || u_table.writes.size() != 0) fault("FLUSH before acknowledgement", 0, 0);
      open.push_back(o);
      n_flush++;
      last_flush = flush;
    end
    if (resume_valid && resume_ready) begin
      n_resume++;
      last_resume = resume;
    end
    if (fdone_valid && fdone_ready) fdone_valid <= 1'b0;
    if (!fdone_valid || fdone_ready) begin
      for (int i = 0; i < open.size(); i++)
        if (open[i].due <= now) begin
          fdone_valid        <= 1'b1;
          fdone.cookie.index <= open[i].index;
          fdone.cookie.id    <= open[i].id;
          fdone.cookie.cold  <= open[i].cold;
          fdone.cookie.harvest <= open[i].harvest;
          fdone.drain        <= open[i].drain;
          fdone.what         <= open[i].what;
          fdone.fenced       <= '0;
          fdone.status       <= cw_pkg::ST_OK;
          open.delete(i);
          break;
        end
    end
  end

  // A change is under way from the request until its part answers.
  bit          changing = 1'b0;
  logic [63:0] done_value = '0;

  always @(posedge clk) begin
    if ((eu_req_valid && eu_req_ready) || (ld_req_valid && ld_req_ready)) changing = 1'b1;
    if ((eu_rsp_valid && eu_rsp_ready) || (ld_rsp_valid && ld_rsp_ready)) changing = 1'b0;
    if (mon_w_valid) done_value = mon_w_value;
    if (mon_b_valid && !mon_b_mismatch && !mon_b_error && !mon_protect.on && u_table.peek8(mon_b_addr) != done_value)
      fault("complete before acknowledgement", mon_b_addr, done_value);
    if (ld_rsp_valid && ld_rsp_ready && !ld_rsp_error && u_table.writes.size() != 0 && ld_pending())
      fault("LOAD complete before acknowledgement", 0, 0);
    if (load_busy && eu_arvalid) fault("entry read while the loader writes", 0, 0);
  end

  function automatic bit ld_pending();
    for (int i = 0; i < u_table.writes.size(); i++)
      if (u_table.writes[i].id == 61) return 1'b1;
    return 1'b0;
  endfunction

  // ---- walker reads ----
  bit          rd_out [32];
  logic [51:0] rd_at [32];
  int          n_reads = 0;

  always @(posedge clk) if (rst_n) begin
    if (rd_valid && rd_ready) begin
      rd_out[rd_slot] = 1'b1;
      rd_at[rd_slot]  = rd_addr;
    end
    if (wr_rvalid) begin
      if (!rd_out[wr_rslot]) fault("answer for no walk", 64'(wr_rslot), 0);
      if (wr_rdata != u_table.peek(64'(rd_at[wr_rslot])) && 64'(rd_at[wr_rslot]) >= TABLE) fault("walk data", 0, 0);
      rd_out[wr_rslot] = 1'b0;
      n_reads++;
    end
    if (!rd_valid || rd_ready) begin
      logic [4:0] s = 5'($urandom);
      rd_valid <= !rd_out[s] && !(rd_valid && rd_slot == s) && $urandom_range(2) == 0;
      rd_slot  <= s;
      rd_addr  <= 52'(TABLE) + 52'($urandom_range(255)) * 64;   // where no command writes
    end
  end

  // ---- firmware: one command at a time ----
  int  fw_done = 0;
  bit  fw_run = 1'b0;

  task automatic firmware(input logic [1023:0] c, input logic [7:0] status, input logic [63:0] value);
    int limit = 0;
    fwc       = c;
    fwc_valid = 1'b1;
    do @(negedge clk); while (!fwc_ready);
    @(negedge clk);
    fwc_valid = 1'b0;
    while (!fwcpl_valid && limit < 20000) begin
      @(negedge clk);
      limit++;
    end
    if (!fwcpl_valid || fwcpl.status != status || fwcpl.id != c[31:16] || fwcpl.opcode != c[7:0] ||
        fwcpl.value != value)
      fault("firmware command", 64'(c[7:0]), {fwcpl.status, fwcpl.value[55:0]});
    fw_done++;
    @(negedge clk);
  endtask

  logic [63:0] fw_entry = '0;

  initial begin
    forever begin
      wait (fw_run);
      while (fw_run) begin
        logic [63:0] v = {$urandom, $urandom};
        case ($urandom_range(4))
          0: firmware(command(cw_pkg::OP_NOP, fw_done, 0, 0, 0, 0, 0), cw_pkg::ST_OK, 0);
          1: firmware(command(cw_pkg::OP_INVALIDATE, fw_done, 0, 0, 0, 3, 0), cw_pkg::ST_OK, 0);
          2: begin
            firmware(command(cw_pkg::OP_XCHG, fw_done, 64'hf_fff8, v, 0, 0, 0), cw_pkg::ST_OK, fw_entry);
            fw_entry = v;
          end
          3: if (open.size() < 5) firmware(command(cw_pkg::OP_FLUSH, fw_done, 0, 0, 0, 3, 0), cw_pkg::ST_OK, 0);
          default: firmware(command(cw_pkg::OP_PORT_SET, fw_done, 0, 0, 0, 0, 0), cw_pkg::ST_BAD_OPCODE, 0);
        endcase
        repeat ($urandom_range(50)) @(negedge clk);
      end
    end
  end

  int n_hot = 0, n_err = 0, n_upd = 0, n_cas = 0;

  always @(posedge clk) if (rst_n) begin
    n_hot += int'(ev_hot_cmds);
    n_err += int'(ev_cmd_errors);
    n_upd += int'(ev_entry_updates);
    n_cas += int'(ev_cas_mismatch);
  end

  task automatic drain();
    int limit = 0;
    while ((completed < produced || open.size() != 0) && limit < 100000) begin
      @(negedge clk);
      limit++;
    end
    if (limit >= 100000) fault("a command without completion", 64'(completed), 64'(produced));
    repeat (100) @(negedge clk);
  endtask

`include "tests/queue/cmd_malformed.svh"

  // P30: a DRAIN needs the STOP of its scope, and its completion says how many requests are parked.
  task automatic stops();
    logic [15:0] ids [3] = '{15, 63, 2};
    logic [7:0]  scopes [3] = '{0, 3, 4};
    foreach (scopes[i]) begin
      submit(command(DRAIN, 0, 0, 0, 0, ids[i], scopes[i]), cw_pkg::ST_NOT_STOPPED, 0, 0);
      submit(command(STOP, 0, 0, 0, 0, ids[i], scopes[i]), cw_pkg::ST_OK, 0, 0);
      drain();
      check(last_stop.stop && last_stop.what.scope == scopes[i] && last_stop.what.id == ids[i], "STOP");
      submit(command(DRAIN, 0, 0, 0, 0, ids[i], scopes[i]), cw_pkg::ST_OK, 0, 64'(ids[i]));
      drain();
      check(last_flush.drain && last_flush.what == last_stop.what &&
            last_flush.ports == (scopes[i] == 4 ? 4'b1100 : 4'b1111), "DRAIN");
      submit(command(START, 0, 0, 0, 0, ids[i], scopes[i]), cw_pkg::ST_OK, 0, 0);
      submit(command(DRAIN, 0, 0, 0, 0, ids[i], scopes[i]), cw_pkg::ST_NOT_STOPPED, 0, 0);
      drain();
      check(!last_stop.stop && last_stop.what.id == ids[i], "START");
    end
    check(wrong == 0, "completions of STOP, DRAIN and START");
  endtask

`include "tests/queue/cmd_protect.svh"

  task automatic fields();
    logic [1023:0] c;
    submit(command(INV, 0, 64'h01ff_ffff_ffff_f000, 1, 0, 15, 0), cw_pkg::ST_OK, 0, 0);
    drain();
    check(!last_inv.all && !last_inv.whole && last_inv.space == 13'd15 && last_inv.lo == 52'h1fff_ffff_ffff &&
          last_inv.hi == 52'h1fff_ffff_ffff, "INVALIDATE of the last page of a domain");
    submit(command(INV, 0, 64'h5000, 16, 0, 4095, 1), cw_pkg::ST_OK, 0, 0);
    drain();
    check(!last_inv.all && !last_inv.whole && last_inv.space == 13'h1fff && last_inv.lo == 52'd5 &&
          last_inv.hi == 52'd20, "INVALIDATE of a range of a root");
    submit(command(INV, 0, 0, 0, 0, 0, 2), cw_pkg::ST_OK, 0, 0);
    drain();
    check(last_inv.all && last_inv.whole, "INVALIDATE of everything");
    submit(command(FLUSH, 0, 0, 0, 0, 5, 0), cw_pkg::ST_OK, 0, 0);
    drain();
    check(last_flush.ports == 4'b1101 && !last_flush.cookie.cold, "FLUSH of a domain: its ports and the host's (P20)");
    submit(command(FLUSH, 0, 0, 0, 2, 77, 1), cw_pkg::ST_OK, 0, 0);
    drain();
    check(last_flush.ports == 4'b1010, "FLUSH of a root: the ports of the domain in arg1");
    submit(command(FLUSH, 0, 0, 0, 0, 0, 2), cw_pkg::ST_OK, 0, 0);
    drain();
    check(last_flush.ports == '1 && !last_flush.drain, "FLUSH of everything (P20)");
    stops();
    c = command(RESUME, 0, 0, 64'h1234_0006, 3, 0, 0);
    for (int i = 0; i < 16; i++) c[256 + 32 * i +: 32] = 32'h1000_0000 + i;
    submit(c, cw_pkg::ST_OK, 0, 0);
    drain();
    check(last_resume.index == 16'd6 && last_resume.gen == 16'h1234 && last_resume.action == 2'd3 &&
          last_resume.data[31:0] == 32'h1000_0000 && last_resume.data[511:480] == 32'h1000_000f, "RESUME");
    submit(command(RESUME, 0, 0, 64'h1234_0007, 0, 0, 0), cw_pkg::ST_UNKNOWN_ID, 0, 0);
    drain();
    check(wrong == 0, "completions of these");
  endtask

  task automatic random(input int n);
    for (int i = 0; i < n; i++) begin
      longint unsigned page = 64'($urandom_range(7)) * 4096;
      longint unsigned addr = page + 64'($urandom_range(7)) * 8;
      longint unsigned lines = 1 + 64'($urandom_range(63));
      longint unsigned to = page + 64'($urandom_range(64 - int'(lines))) * 64;
      longint unsigned from = BUFFER + 64'($urandom_range(3)) * 4096 + 64'($urandom_range(64 - int'(lines))) * 64;
      logic [63:0] v = {$urandom, $urandom};
      logic [63:0] old = 0;
      logic [63:0] arg0 = v;
      logic [63:0] arg1 = 0;
      logic [7:0]  op = RESUME;
      logic [7:0]  status = cw_pkg::ST_OK;
      logic [15:0] space = 0;
      bit          barrier = 1'b0;
      case ($urandom_range(11))
        0: op = cw_pkg::OP_NOP;
        1, 2: op = WRITE;
        3: op = cw_pkg::OP_XCHG;
        4, 5: begin
          op   = cw_pkg::OP_CMPXCHG;
          arg1 = entry(addr);
          if ($urandom_range(1) == 0) begin
            arg1   = arg1 ^ (64'd1 << $urandom_range(63));
            status = cw_pkg::ST_MISMATCH;
          end
        end
        6: op = FILL;
        7: op = LOAD;
        8, 9: op = INV;
        10: op = FLUSH;
        default: op = RESUME;
      endcase
      case (op)
        WRITE, cw_pkg::OP_XCHG, cw_pkg::OP_CMPXCHG: begin
          old = entry(addr);
          if (status == cw_pkg::ST_OK) shadow[addr] = v;
        end
        FILL: begin
          addr = page;
          for (int e = 0; e < 512; e++) shadow[page + 64'(e) * 8] = v;
        end
        LOAD: begin
          addr = to;
          arg0 = from;
          arg1 = lines * 64;
          for (int e = 0; e < int'(lines) * 8; e++) shadow[to + 64'(e) * 8] = u_host.peek8(from + 64'(e) * 8);
        end
        INV: begin
          addr  = 64'($urandom) << 12;
          arg0  = 64'($urandom_range(100));
          space = 1;
        end
        FLUSH: begin
          space   = 2;
          barrier = $urandom_range(3) == 0;
        end
        RESUME: begin
          arg0    = 64'($urandom);
          status  = arg0[0] ? cw_pkg::ST_UNKNOWN_ID : cw_pkg::ST_OK;
          barrier = $urandom_range(3) == 0;
        end
        default: ;
      endcase
      submit(barrier ? with_bit(command(op, 0, addr, arg0, arg1, space, 0), 8) :
             command(op, 0, addr, arg0, arg1, space, 0), status, 0, old);
      repeat ($urandom_range(lazy * 5)) @(negedge clk);
    end
  endtask

  task automatic compare();
    int differ = 0;
    foreach (shadow[a]) if (u_table.peek8(a) != shadow[a]) differ++;
    check(differ == 0, "table memory is what the commands make it (P10 P14)");
  endtask

  initial begin
    for (int i = 0; i < 2048; i++) u_host.poke8(BUFFER + 64'(i) * 8, {32'hb000_0000 + i, $urandom});
    repeat (4) @(negedge clk);
    rst_n = 1'b1;
    repeat (4) @(negedge clk);
    bme    = 1'b1;
    enable = 1'b1;
    repeat (4) @(negedge clk);

    malformed();
    fields();
    protects();
    harvests();

    // one BUSY when the core has no room for a FLUSH, and a BARRIER that waits for all
    flush_time = 3000;
    for (int i = 0; i < 12; i++) submit(command(FLUSH, 0, 0, 0, 0, 1, 0), cw_pkg::ST_OK, 0, 0);
    submit(with_bit(command(cw_pkg::OP_NOP, 0, 0, 0, 0, 0, 0), 8), cw_pkg::ST_OK, 0, 0);
    drain();
    check(n_busy >= 1 && wrong == 0, "FLUSH without room completes BUSY; BARRIER waits (P15)");
    flush_time = 300;

    fw_run = 1'b1;
    for (int r = 0; r < 4; r++) begin
      lazy = r * 8;
      random(500);
    end
    fw_run = 1'b0;
    drain();
    check(wrong == 0 && completed == produced, "random commands: values, order, one completion each (P11 P15)");
    check(fw_done > 100, "firmware commands in between");
    check(n_reads > 1000, "walks in between");
    check(n_cas > 50 && n_upd > 300, "events seen");
    compare();

    // bus errors
    t_err_line = 64'h3000;
    t_err      = 1'b1;
    submit(command(WRITE, 0, 64'h3008, 1, 0, 0, 0), cw_pkg::ST_BUS_ERROR, 0, 0);
    for (int i = 0; i < 500 && completed < produced; i++) @(negedge clk);
    check(completed == produced, "table read error ends the command (P43)");
    submit(command(FILL, 0, 64'h3000, 1, 0, 0, 0), cw_pkg::ST_BUS_ERROR, 0, 0);
    drain();
    check(wrong == 0, "table write error ends FILL");
    t_err      = 1'b0;
    h_err_line = BUFFER + 64'h1040;
    h_err      = 1'b1;
    submit(command(FILL, 0, 64'h4000, 64'h55, 0, 0, 0), cw_pkg::ST_OK, 0, 0);
    submit(command(LOAD, 0, 64'h4000, BUFFER + 64'h1000, 4096, 0, 0), cw_pkg::ST_BUS_ERROR, 0, 0);
    submit(command(cw_pkg::OP_NOP, 0, 0, 0, 0, 0, 0), cw_pkg::ST_OK, 0, 0);
    drain();
    check(wrong == 0, "host read error ends LOAD and stops nothing (P43)");
    check(u_table.peek8(64'h4040) == 64'h55 && u_table.peek8(64'h4080) == u_host.peek8(BUFFER + 64'h1080),
          "a bad beat is not written, the others are");
    h_err = 1'b0;
    bme   = 1'b0;
    repeat (100) @(negedge clk);
    firmware(command(LOAD, 1, 64'h4000, BUFFER, 4096, 0, 0), cw_pkg::ST_BUS_ERROR, 0);
    firmware(command(WRITE, 2, 64'h5000, 1, 0, 0, 0), cw_pkg::ST_OK, entry(64'h5000));
    check(wrong == 0, "without bus master LOAD ends with an error, entry changes work (P40)");
    check(u_host.n_bad == 0 && u_table.n_bad == 0, "rules of the buses");
    report("rtl_cmd");
  end

  initial begin
    repeat (3000000) @(negedge clk);
    $display("FAIL: deadline");
    $display("rtl_cmd: %0d passed, %0d failed", passed, failed + 1);
    $fatal(1);
  end
endmodule
