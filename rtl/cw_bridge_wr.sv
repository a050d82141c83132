// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Writes of the bridge: data of the slave into the buffer, granted bursts to memory, answers in the order of IDs.
//
// A slot holds a page's worth of lines. Narrow and unaligned beats are put together to lines on the way in, so memory
// sees whole lines with strobes; strobes outside of a beat's lanes are ignored. Data is counted by AWLEN; a WLAST that
// disagrees makes the burst bad (P36). Bursts go to memory in the order of their grants, with the ID of the slave, so
// memory keeps the order of an ID. A grant is given back at B of the memory (P37), or when the fence drops its burst.
// Throughput: a beat in and a line out per cycle. Storage: the buffer (block RAM), queues of slot numbers.
module cw_bridge_wr (
  input  logic                                clk,
  input  logic                                rst_n,
  input  logic                                fence,
  input  logic                                in_valid,     // a new write burst
  input  logic [cw_pkg::BRIDGE_SLOT_W-1:0]    in_slot,
  input  logic [cw_pkg::BRIDGE_ID_W-1:0]      in_id,
  input  logic [11:0]                         in_offset,    // of the first byte in its page
  input  logic [7:0]                          in_beats_m1,
  input  logic [2:0]                          in_size,
  input  logic [11:0]                         in_len_m1,
  input  logic                                in_bad,
  // AXI4 slave
  input  logic                                s_wvalid,
  output logic                                s_wready,
  input  logic [511:0]                        s_wdata,
  input  logic [63:0]                         s_wstrb,
  input  logic                                s_wlast,
  output logic                                s_bvalid,
  input  logic                                s_bready,
  output logic [cw_pkg::BRIDGE_ID_W-1:0]      s_bid,
  output logic [1:0]                          s_bresp,
  // data complete
  output logic                                full_valid,
  output logic [cw_pkg::BRIDGE_SLOT_W-1:0]    full_slot,
  output logic                                full_bad,     // WLAST did not agree
  // outcome of the engine
  input  logic                                grant,
  input  logic [cw_pkg::PA_W-1:12]            page,
  input  logic                                finish,
  input  logic                                out_error,
  input  logic [cw_pkg::BRIDGE_SLOT_W-1:0]    out_slot,
  // memory
  output logic                                m_awvalid,
  input  logic                                m_awready,
  output logic [cw_pkg::BRIDGE_ID_W-1:0]      m_awid,
  output logic [63:0]                         m_awaddr,
  output logic [7:0]                          m_awlen,
  output logic                                m_wvalid,
  input  logic                                m_wready,
  output logic [511:0]                        m_wdata,
  output logic [63:0]                         m_wstrb,
  output logic                                m_wlast,
  input  logic                                m_bvalid,
  input  logic [cw_pkg::BRIDGE_ID_W-1:0]      m_bid,
  input  logic [1:0]                          m_bresp,
  // grants given back: at most one in a cycle, when `go` allows it
  output logic                                back_valid,
  input  logic                                back_go,
  output logic [cw_pkg::BRIDGE_SLOT_W-1:0]    back_slot,
  output logic                                free,         // the slot was answered
  output logic [cw_pkg::BRIDGE_SLOT_W-1:0]    free_slot,
  output logic                                idle,         // nothing is under way to memory
  output logic                                ev_malformed,
  output logic                                ev_dropped,
  output logic                                ev_bus_error,
  // data of a burst of 64 bytes at most, byte i that whose address is i modulo 64 (P34)
  input  logic [cw_pkg::BRIDGE_SLOT_W-1:0]    look_slot,
  output logic [511:0]                        look_data,
  output logic [63:0]                         look_strb
);
  localparam int unsigned SW  = cw_pkg::BRIDGE_SLOT_W;
  localparam int unsigned IW  = cw_pkg::BRIDGE_ID_W;
  localparam int unsigned NS  = 1 << SW;
  localparam int unsigned NID = 1 << IW;
  localparam int unsigned PW  = cw_pkg::PA_W - 12;

  // ---- slots ----
  logic [IW+11:0] info [NS];                            // {id, first line in the page, lines - 1}
  logic [NS-1:0]  done, error;
  logic [12:0]    in_end;
  assign in_end = 13'(in_offset[5:0]) + 13'(in_len_m1);

  // ---- data in: in the order of the addresses ----
  logic          f_valid, f_ready, f_pop, f_bad, w_take, w_last, line_end;
  logic [SW-1:0] f_slot;
  logic [5:0]    f_offset, from, upto, line;
  logic [7:0]    f_beats, beat;
  logic [2:0]    f_size;
  logic [6:0]    step;
  logic          first_beat, wrong;
  logic [511:0]  acc, put_data;
  logic [63:0]   acc_strb, put_strb, lanes;
  cw_fifo #(.W(SW + 6 + 8 + 3 + 1), .LG(SW)) u_fill (
    .clk, .rst_n, .in_valid, .in_ready(f_ready), .in_data({in_slot, in_offset[5:0], in_beats_m1, in_size, in_bad}),
    .out_valid(f_valid), .out_ready(f_pop), .out_data({f_slot, f_offset, f_beats, f_size, f_bad}));

  assign s_wready   = f_valid;
  assign w_take     = s_wvalid && f_valid;
  assign w_last     = beat == f_beats;
  assign f_pop      = w_take && w_last;
  assign first_beat = beat == '0;
  assign step       = 7'd1 << f_size;
  assign upto       = ((first_beat ? f_offset : from) & ~(6'(step) - 6'd1)) + 6'(step);   // 0: end of the line
  assign line_end   = upto == '0 || w_last;
  assign full_valid = f_pop;
  assign full_slot  = f_slot;
  assign full_bad   = f_bad || wrong || !s_wlast;
  assign ev_malformed = f_pop && !f_bad && (wrong || !s_wlast);
  always_comb begin
    lanes    = '1;
    put_strb = '0;
    put_data = s_wdata;
    if (w_take) begin
      lanes    = (64'hffff_ffff_ffff_ffff << (first_beat ? f_offset : from)) &
                 (upto == '0 ? 64'hffff_ffff_ffff_ffff : ~(64'hffff_ffff_ffff_ffff << upto));
      put_strb = (s_wstrb & lanes) | acc_strb;
      if (acc_strb != '0)
        for (int unsigned b = 0; b < 64; b++)
          if (!(s_wstrb[b] && lanes[b])) put_data[8*b +: 8] = acc[8*b +: 8];
    end
  end

  logic [511:0] buffer [NS << 6];
  logic [63:0]  strobes [NS << 6];
  always_ff @(posedge clk) begin
    if (!rst_n) begin
      beat     <= '0;
      line     <= '0;
      wrong    <= 1'b0;
      acc_strb <= '0;
    end else if (w_take) begin
      beat     <= w_last ? '0 : beat + 1'b1;
      line     <= w_last ? '0 : line + 6'(line_end);
      wrong    <= !w_last && (wrong || s_wlast);
      acc_strb <= line_end ? '0 : put_strb;
    end
    if (w_take) begin
      from <= upto;
      if (!line_end) acc <= put_data;
      if (line_end) begin
        buffer[{f_slot, line}]  <= put_data;
        strobes[{f_slot, line}] <= put_strb;
      end
    end
  end

  // ---- the first two lines once more, to be looked at: a burst of 64 bytes has no lane twice ----
  logic [575:0] line0 [NS];
  logic [575:0] line1 [NS];
  logic [511:0] look0, look1;
  logic [63:0]  strb0, strb1;
  always_ff @(posedge clk) begin
    if (w_take && line_end && line == 6'd0) line0[f_slot] <= {put_strb, put_data};
    if (w_take && line_end && line == 6'd1) line1[f_slot] <= {put_strb, put_data};
  end
  assign {strb0, look0} = line0[look_slot];
  assign {strb1, look1} = line1[look_slot];
  assign look_strb = strb0 | (info[look_slot][5:0] != '0 ? strb1 : '0);
  always_comb begin
    look_data = look1;
    for (int unsigned b = 0; b < 64; b++) if (strb0[b]) look_data[8*b +: 8] = look0[8*b +: 8];
  end

  // ---- granted bursts: addresses, then data ----
  logic          q_valid, q_ready, q_pop, drop, aw_load, d_valid, d_ready, d_pop, w_load, w_end;
  logic [SW-1:0] q_slot, d_slot;
  logic [PW-1:0] q_page;
  logic [IW-1:0] q_id;
  logic [5:0]    q_line, q_lines, d_lines, sent;
  logic          b_here, b_take, i_any;
  logic [SW-1:0] b_slot;
  logic [NID-1:0] i_unused;
  cw_fifo #(.W(SW + PW), .LG(SW)) u_issue (
    .clk, .rst_n, .in_valid(grant), .in_ready(q_ready), .in_data({out_slot, page}),
    .out_valid(q_valid), .out_ready(q_pop), .out_data({q_slot, q_page}));
  assign {q_id, q_line, q_lines} = info[q_slot];
  assign aw_load = q_valid && !fence && (!m_awvalid || m_awready);
  assign drop    = q_valid && fence && !b_here && !grant && !finish && back_go;
  assign q_pop   = aw_load || drop;
  assign ev_dropped = drop;

  // as many as there are slots: it never is full
  cw_fifo #(.W(SW + 6), .LG(SW)) u_data (
    .clk, .rst_n, .in_valid(aw_load), .in_ready(d_ready), .in_data({q_slot, q_lines}),
    .out_valid(d_valid), .out_ready(d_pop), .out_data({d_slot, d_lines}));
  assign w_load = d_valid && (!m_wvalid || m_wready);
  assign w_end  = sent == d_lines;
  assign d_pop  = w_load && w_end;
  always_ff @(posedge clk) begin
    if (!rst_n) begin
      m_awvalid <= 1'b0;
      m_wvalid  <= 1'b0;
      sent      <= '0;
    end else begin
      if (aw_load) m_awvalid <= 1'b1;
      else if (m_awready) m_awvalid <= 1'b0;
      if (w_load) m_wvalid <= 1'b1;
      else if (m_wready) m_wvalid <= 1'b0;
      if (w_load) sent <= w_end ? '0 : sent + 1'b1;
    end
    if (aw_load) begin
      m_awid   <= q_id;
      m_awaddr <= {{(64-cw_pkg::PA_W){1'b0}}, q_page, q_line, 6'd0};
      m_awlen  <= {2'd0, q_lines};
    end
    if (w_load) begin
      m_wdata <= buffer[{d_slot, sent}];
      m_wstrb <= strobes[{d_slot, sent}] | {64{cw_pkg::MUT_DEAD_STROBES}};
      m_wlast <= w_end;
    end
  end

  // ---- responses of memory ----
  assign b_here = m_bvalid;
  assign b_take = m_bvalid && back_go;
  cw_id_order u_issued (.clk, .rst_n, .push(aw_load), .push_id(q_id), .push_slot(q_slot), .pop(b_take), .pop_id(m_bid),
                        .look_id(m_bid), .look_slot(b_slot), .any(i_any), .mark('0), .ready(i_unused));
  assign back_valid   = b_here || (q_valid && fence && !grant && !finish);
  assign back_slot    = b_here ? b_slot : q_slot;
  assign idle         = !q_valid && !m_awvalid && !m_wvalid && !d_valid && !i_any;
  assign ev_bus_error = b_take && m_bresp[1];

  // ---- answers ----
  logic           o_any, b_load;
  logic [NID-1:0] o_ready, o_gnt;
  logic [IW-1:0]  o_id;
  cw_id_order u_order (.clk, .rst_n, .push(in_valid), .push_id(in_id), .push_slot(in_slot), .pop(b_load), .pop_id(o_id),
                       .look_id(o_id), .look_slot(free_slot), .any(o_any), .mark(done), .ready(o_ready));
  cw_arb #(.N(NID)) u_arb (.clk, .rst_n, .req(o_ready), .gnt(o_gnt), .take(b_load));
  always_comb begin
    o_id = '0;
    if (o_ready != '0)
      for (int unsigned i = 0; i < NID; i++)
        if (o_gnt[i]) o_id = IW'(i);
  end
  assign b_load  = o_ready != '0 && (!s_bvalid || s_bready);
  assign free    = b_load;
  always_ff @(posedge clk) begin
    if (!rst_n) begin
      s_bvalid <= 1'b0;
      done     <= '0;
      error    <= '0;
    end else begin
      if (b_load) s_bvalid <= 1'b1;
      else if (s_bready) s_bvalid <= 1'b0;
      if (in_valid) begin
        done[in_slot]  <= 1'b0;
        error[in_slot] <= 1'b0;
      end
      if (b_take) begin
        done[b_slot]  <= 1'b1;
        error[b_slot] <= m_bresp[1] && !cw_pkg::MUT_DEAD_BRIDGE_ERROR;
      end
      if (finish || drop) begin
        done[finish ? out_slot : q_slot]  <= 1'b1;
        error[finish ? out_slot : q_slot] <= drop || out_error;
      end
    end
    if (in_valid) info[in_slot] <= {in_id, in_offset[11:6], in_end[11:6]};
    if (b_load) begin
      s_bid   <= o_id;
      s_bresp <= {error[free_slot], 1'b0};
    end
  end

  logic unused;
  assign unused = &{1'b0, f_ready, q_ready, d_ready, o_any, i_unused, m_bresp[0], in_end[12], in_end[5:0], step[6]};
endmodule
