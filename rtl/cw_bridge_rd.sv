// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Reads of the bridge: granted bursts to memory, their lines into the buffer, beats of the slave in the order of IDs.
//
// A slot holds a page's worth of lines, so data of memory always finds its room. A burst is sent to the slave when all
// of it is there; narrow beats show the line that they lie in. Bursts go to memory in the order of their grants, with
// the ID of the slave. A grant is given back at the last R of the memory (P37), or when the fence drops its burst. An
// error in one beat of the memory is an error of the whole burst; beats of an error carry zeros.
// Throughput: a line in and a beat out per cycle. Storage: the buffer (block RAM), queues of slot numbers.
module cw_bridge_rd (
  input  logic                                clk,
  input  logic                                rst_n,
  input  logic                                fence,
  input  logic                                in_valid,     // a new read burst
  input  logic [cw_pkg::BRIDGE_SLOT_W-1:0]    in_slot,
  input  logic [cw_pkg::BRIDGE_ID_W-1:0]      in_id,
  input  logic [11:0]                         in_offset,
  input  logic [7:0]                          in_beats_m1,
  input  logic [2:0]                          in_size,
  input  logic [11:0]                         in_len_m1,
  // AXI4 slave
  output logic                                s_rvalid,
  input  logic                                s_rready,
  output logic [cw_pkg::BRIDGE_ID_W-1:0]      s_rid,
  output logic [511:0]                        s_rdata,
  output logic [1:0]                          s_rresp,
  output logic                                s_rlast,
  // outcome of the engine
  input  logic                                grant,
  input  logic [cw_pkg::PA_W-1:12]            page,
  input  logic                                finish,
  input  logic                                out_error,
  input  logic                                out_ones,
  input  logic                                emul,         // up to 64 bytes, the first one the lowest
  input  logic [511:0]                        emul_data,
  input  logic [5:0]                          emul_offset,
  output logic                                emul_busy,
  input  logic [cw_pkg::BRIDGE_SLOT_W-1:0]    out_slot,
  // memory
  output logic                                m_arvalid,
  input  logic                                m_arready,
  output logic [cw_pkg::BRIDGE_ID_W-1:0]      m_arid,
  output logic [63:0]                         m_araddr,
  output logic [7:0]                          m_arlen,
  input  logic                                m_rvalid,
  output logic                                m_rready,
  input  logic [cw_pkg::BRIDGE_ID_W-1:0]      m_rid,
  input  logic [511:0]                        m_rdata,
  input  logic [1:0]                          m_rresp,
  input  logic                                m_rlast,
  // grants given back: at most one in a cycle, when `go` allows it
  output logic                                back_valid,
  input  logic                                back_go,
  output logic [cw_pkg::BRIDGE_SLOT_W-1:0]    back_slot,
  output logic                                free,
  output logic [cw_pkg::BRIDGE_SLOT_W-1:0]    free_slot,
  output logic                                idle,
  output logic                                ev_dropped,
  output logic                                ev_bus_error
);
  localparam int unsigned SW  = cw_pkg::BRIDGE_SLOT_W;
  localparam int unsigned IW  = cw_pkg::BRIDGE_ID_W;
  localparam int unsigned NS  = 1 << SW;
  localparam int unsigned NID = 1 << IW;
  localparam int unsigned PW  = cw_pkg::PA_W - 12;

  // ---- slots ----
  logic [IW+11:0] info [NS];                            // {id, first line in the page, lines - 1}
  logic [16:0]    shape [NS];                           // {offset in the line, size, beats - 1}
  logic [NS-1:0]  done, error, ones;
  logic [12:0]    in_end;
  assign in_end = 13'(in_offset[5:0]) + 13'(in_len_m1);

  // ---- granted bursts: addresses ----
  logic          q_valid, q_ready, q_pop, drop, ar_load;
  logic [SW-1:0] q_slot;
  logic [PW-1:0] q_page;
  logic [IW-1:0] q_id;
  logic [5:0]    q_line, q_lines;
  logic          r_end, r_take, i_any;
  cw_fifo #(.W(SW + PW), .LG(SW)) u_issue (
    .clk, .rst_n, .in_valid(grant), .in_ready(q_ready), .in_data({out_slot, page}),
    .out_valid(q_valid), .out_ready(q_pop), .out_data({q_slot, q_page}));
  assign {q_id, q_line, q_lines} = info[q_slot];
  assign ar_load = q_valid && !fence && (!m_arvalid || m_arready);
  assign drop    = q_valid && fence && !r_end && !emul_busy && !grant && !finish && back_go;
  assign q_pop   = ar_load || drop;
  assign ev_dropped = drop;
  always_ff @(posedge clk) begin
    if (!rst_n) m_arvalid <= 1'b0;
    else if (ar_load) m_arvalid <= 1'b1;
    else if (m_arready) m_arvalid <= 1'b0;
    if (ar_load) begin
      m_arid   <= q_id;
      m_araddr <= {{(64-cw_pkg::PA_W){1'b0}}, q_page, q_line, 6'd0};
      m_arlen  <= {2'd0, q_lines};
    end
  end

  // ---- data of memory, or of the host ----
  logic [SW-1:0]  r_slot, e_slot;
  logic [5:0]     r_line [NID];
  logic [NID-1:0] r_more;                               // r_line counts: the first beat of the ID's burst has come
  logic [NID-1:0] r_failed, i_unused;
  logic [5:0]     r_at;
  logic           e_second;
  logic [511:0]   e_data;
  logic [5:0]     e_offset;
  assign r_end    = m_rvalid && m_rlast;
  assign m_rready = !emul_busy && (!m_rlast || back_go);
  assign r_take   = m_rvalid && m_rready;
  assign r_at     = r_more[m_rid] ? r_line[m_rid] : '0;
  cw_id_order u_issued (.clk, .rst_n, .push(ar_load), .push_id(q_id), .push_slot(q_slot), .pop(r_take && m_rlast),
                        .pop_id(m_rid), .look_id(m_rid), .look_slot(r_slot), .any(i_any), .mark('0),
                        .ready(i_unused));
  assign back_valid   = !emul_busy && (r_end || (q_valid && fence && !grant && !finish));
  assign back_slot    = r_end ? r_slot : q_slot;
  assign idle         = !q_valid && !m_arvalid && !i_any;
  assign ev_bus_error = r_take && m_rlast && (m_rresp[1] || r_failed[m_rid]);

  logic [511:0]   buffer [NS << 6];
  logic [511:0]   out_line;
  logic           put;
  logic [SW+5:0]  put_at;
  logic [511:0]   put_data;
  always_comb begin
    put      = r_take;
    put_at   = {r_slot, r_at};
    put_data = m_rdata;
    if (emul_busy) begin
      put      = 1'b1;
      put_at   = {e_slot, 5'd0, e_second};
      put_data = e_second ? e_data >> (10'd512 - {1'b0, e_offset, 3'd0}) : e_data << {e_offset, 3'd0};
    end
  end
  always_ff @(posedge clk) begin
    if (!rst_n) begin
      r_more    <= '0;
      emul_busy <= 1'b0;
    end else begin
      if (r_take) r_more[m_rid] <= !m_rlast;
      if (emul) emul_busy <= 1'b1;
      else if (e_second) emul_busy <= 1'b0;
    end
    if (r_take) begin
      r_line[m_rid]   <= r_at + 1'b1;
      r_failed[m_rid] <= !m_rlast && (m_rresp[1] || (r_more[m_rid] && r_failed[m_rid]));
    end
    if (emul) begin
      e_data   <= emul_data;
      e_offset <= emul_offset;
      e_slot   <= out_slot;
    end
    if (emul || emul_busy) e_second <= emul_busy && !e_second;
    if (put) buffer[put_at] <= put_data;
  end

  // ---- beats of the slave ----
  logic           o_any, o_load, c_valid, c_last, beat_go, c_error, c_error_q, c_ones, r_special;
  logic [NID-1:0] o_ready, o_gnt;
  logic [IW-1:0]  o_id, c_id;
  logic [SW-1:0]  o_slot, c_slot;
  logic [7:0]     c_left;
  logic [2:0]     c_size;
  logic [5:0]     c_from, c_upto, c_line, c_step;
  cw_id_order u_order (.clk, .rst_n, .push(in_valid), .push_id(in_id), .push_slot(in_slot), .pop(o_load), .pop_id(o_id),
                       .look_id(o_id), .look_slot(o_slot), .any(o_any), .mark(done), .ready(o_ready));
  cw_arb #(.N(NID)) u_arb (.clk, .rst_n, .req(o_ready), .gnt(o_gnt), .take(o_load));
  always_comb begin
    o_id = '0;
    if (o_ready != '0)
      for (int unsigned i = 0; i < NID; i++)
        if (o_gnt[i]) o_id = IW'(i);
  end
  assign c_last    = c_left == '0;
  assign beat_go   = c_valid && (!s_rvalid || s_rready);
  assign o_load    = o_ready != '0 && (!c_valid || (beat_go && c_last));
  assign free      = beat_go && c_last;
  assign free_slot = c_slot;
  assign c_step    = 6'(7'd1 << c_size);
  assign c_upto    = (c_from & ~(c_step - 6'd1)) + c_step;
  assign s_rresp   = {c_error_q, 1'b0};
  always_ff @(posedge clk) begin
    if (!rst_n) begin
      c_valid  <= 1'b0;
      s_rvalid <= 1'b0;
      done     <= '0;
      error    <= '0;
      ones     <= '0;
    end else begin
      if (o_load) c_valid <= 1'b1;
      else if (free) c_valid <= 1'b0;
      if (beat_go) s_rvalid <= 1'b1;
      else if (s_rready) s_rvalid <= 1'b0;
      if (in_valid) begin
        done[in_slot]  <= 1'b0;
        error[in_slot] <= 1'b0;
        ones[in_slot]  <= 1'b0;
      end
      if (r_take && m_rlast) begin
        done[r_slot]  <= 1'b1;
        error[r_slot] <= ev_bus_error;
      end
      if (emul_busy && e_second) done[e_slot] <= 1'b1;
      if (finish || drop) begin
        done[finish ? out_slot : q_slot]  <= 1'b1;
        error[finish ? out_slot : q_slot] <= drop || out_error;
        ones[finish ? out_slot : q_slot]  <= finish && out_ones;
      end
    end
    if (in_valid) begin
      info[in_slot]  <= {in_id, in_offset[11:6], in_end[11:6]};
      shape[in_slot] <= {in_offset[5:0], in_size, in_beats_m1};
    end
    if (o_load) begin
      {c_from, c_size, c_left} <= shape[o_slot];
      c_id    <= o_id;
      c_slot  <= o_slot;
      c_line  <= '0;
      c_error <= error[o_slot];
      c_ones  <= ones[o_slot];
    end else if (beat_go) begin
      c_from <= c_upto;
      c_left <= c_left - 1'b1;
      if (c_upto == '0) c_line <= c_line + 1'b1;
    end
    if (beat_go) begin
      out_line  <= buffer[{c_slot, c_line}];
      s_rid     <= c_id;
      s_rlast   <= c_last;
      c_error_q <= c_error;
      r_special <= c_error || c_ones;
    end
  end
  always_comb begin
    s_rdata = out_line;
    if (r_special) s_rdata = {512{!c_error_q && !cw_pkg::MUT_DEAD_BRIDGE_ONES}};
  end

  logic unused;
  assign unused = &{1'b0, q_ready, o_any, i_unused, m_rresp[0], in_end[12], in_end[5:0]};
endmodule
