// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Sample NIC queue: a descriptor ring in guest memory; packets are written to guest memory, or read from it and
// compared byte for byte. Everything goes through the AXI4 bridge as the bursts of an initiator (docs/initiators.md).
//
// Descriptor, 16 bytes: guest address; then 15:0 bytes of the packet - 1, bit 16 write (receive), else read (send).
// Packet n, counted from the enabling, holds at guest address a (of its 8-byte words) the word
//   rotl64(seed, a[8:3]) ^ {n[31:0], a[34:3]}
// Order: packets begin in the order of the ring and end in any; `head` counts those that are over in the order of the
// ring, and is written, with the number of failed packets, to head_addr, if that is not 0, behind the data it counts.
// A packet's bursts share an ID; packets take the IDs in turn; the last ID is that of descriptors and head.
// A ring that cannot be read halts the queue. When it is disabled no burst begins any more; `busy` falls when all are
// answered. Rate: a burst per cycle, a beat per cycle in each direction.
// Mutants, NIC_x: sim/mutants.def.
// Storage: 32 lines of descriptors, 64 packets, 8 bursts of each ID and direction.
module cw_nic (
  input  logic                                clk,
  input  logic                                rst_n,
  input  cw_t::nic_set_t                      set,
  output cw_t::nic_stat_t                     stat,
  output logic                                awake,
  // AXI4 master; size, burst type and context are the same for all and set outside
  output logic                                awvalid,
  input  logic                                awready,
  output logic [cw_pkg::BRIDGE_ID_W-2:0]      awid,
  output logic [63:0]                         awaddr,
  output logic [7:0]                          awlen,
  output logic                                wvalid,
  input  logic                                wready,
  output logic [511:0]                        wdata,
  output logic [63:0]                         wstrb,
  output logic                                wlast,
  input  logic                                bvalid,
  input  logic [cw_pkg::BRIDGE_ID_W-2:0]      bid,
  input  logic [1:0]                          bresp,
  output logic                                arvalid,
  input  logic                                arready,
  output logic [cw_pkg::BRIDGE_ID_W-2:0]      arid,
  output logic [63:0]                         araddr,
  output logic [7:0]                          arlen,
  input  logic                                rvalid,
  input  logic [cw_pkg::BRIDGE_ID_W-2:0]      rid,
  input  logic [511:0]                        rdata,
  input  logic [1:0]                          rresp,
  input  logic                                rlast
);
  localparam int unsigned IW   = cw_pkg::BRIDGE_ID_W - 1;
  localparam int unsigned NID  = 1 << IW;
  localparam int unsigned PW   = 6;                     // packets in flight
  localparam int unsigned DW   = 3;                     // bursts of an ID and direction in flight
  localparam logic [IW-1:0] RING_ID = '1;
  localparam int unsigned CW   = 1 + IW + 64 + 12 + 32; // first of its packet, ID, address, bytes - 1, packet

  // ---- beginning and end ----
  logic run_q, halt_q, begin_run, go, clearing;
  logic [9:0] open_q;                                   // bursts that are not answered
  logic wpush, rpush, b_take, r_end;
  // Not before all of the run before is answered, compared and measured: it would count for this one.
  assign begin_run = set.ctrl[0] && !run_q && open_q == '0 && !line_valid && !seg_valid && !rl_valid && !c1_q && !c2_q;
  assign go        = run_q && (set.ctrl[0] || cw_pkg::MUT_NIC_RUNS_ON) && !halt_q && !clearing;
  assign b_take    = bvalid;
  assign r_end     = rvalid && rlast;

  // ---- descriptors: fetched in blocks of 512 bytes, so that no burst crosses a page, and few are needed ----
  logic [31:0]  fetch_q, mask, ahead, alloc_q, head_q, head_done_q, head_sent_q;
  logic [5:0]   lines_q, fetch_lines;                   // reserved
  logic [5:0]   fetch_n;
  logic [4:0]   fetch_end;
  logic         fetch_want, fetch_take, seg_in_ready, seg_valid, seg_pop, line_in_ready, line_valid, line_pop;
  logic [1:0]   seg_first, seg_last, line_first, line_last, pos_q, pos;
  logic [2:0]   in_line_q, seg_lines, fetch_more;
  logic         fresh_q, r_ring, r_ring_ok, line_more;
  logic [511:0] line;
  logic [127:0] desc;
  assign mask        = (32'd1 << set.size[4:0]) - 32'd1;
  assign ahead       = set.tail - fetch_q;
  assign fetch_n     = ahead < 32'd32 - 32'(fetch_q[4:0]) ? ahead[5:0] : 6'd32 - 6'(fetch_q[4:0]);
  assign fetch_end   = fetch_q[4:0] + fetch_n[4:0] - 5'd1;
  assign fetch_more  = fetch_end[4:2] - fetch_q[4:2];
  assign fetch_lines = 6'(fetch_more) + 6'd1;
  assign fetch_want  = go && ahead != '0 && lines_q <= 6'd24 && seg_in_ready;
  cw_fifo #(.W(7), .LG(3)) u_seg (
    .clk, .rst_n, .in_valid(fetch_take), .in_ready(seg_in_ready),
    .in_data({fetch_more, fetch_q[1:0], fetch_end[1:0]}),
    .out_valid(seg_valid), .out_ready(seg_pop), .out_data({seg_lines, seg_first, seg_last}));
  assign r_ring     = rvalid && rid == RING_ID;
  assign r_ring_ok  = r_ring && rresp == 2'b00;
  assign seg_pop    = r_ring && rlast;
  assign line_more  = in_line_q != seg_lines;
  cw_fifo #(.W(512 + 4), .LG(5)) u_line (
    .clk, .rst_n, .in_valid(r_ring_ok), .in_ready(line_in_ready),
    .in_data({rdata, in_line_q == '0 ? seg_first : 2'd0, line_more ? 2'd3 : seg_last}),
    .out_valid(line_valid), .out_ready(line_pop), .out_data({line, line_first, line_last}));
  assign pos  = fresh_q ? line_first : pos_q;
  assign desc = line[pos*128 +: 128];

  // ---- packets: cut at pages ----
  logic          s_valid, s_write, s_first, s_last, s_load, s_step, room;
  logic [63:0]   s_addr;
  logic [16:0]   s_left, s_bytes;
  logic [31:0]   s_n;
  logic [IW-1:0] s_id, next_id_q, head_id_q;
  logic [12:0]   to_page;
  logic          hw_want, hw_take, w_ready, r_ready, w_ready2, winfo_room, rinfo_room;
  assign room    = alloc_q - head_q < 32'd1 << PW;
  assign to_page = 13'd4096 - (cw_pkg::MUT_NIC_NO_SPLIT ? 13'd0 : 13'(s_addr[11:0]));
  assign s_last  = s_left <= 17'(to_page);
  assign s_bytes = s_last ? s_left : 17'(to_page);
  assign hw_want = go && set.head_addr != '0 && head_q != head_sent_q && head_sent_q == head_done_q;
  assign hw_take = hw_want && w_ready && w_ready2;
  assign s_step  = s_valid && (s_write ? w_ready && w_ready2 && winfo_room && !hw_want :
                                         r_ready && rinfo_room && !fetch_want);
  assign s_load  = go && line_valid && room && (!s_valid || (s_step && s_last));
  assign line_pop = (s_load && pos == line_last) || (!go && line_valid);
  assign fetch_take = fetch_want && r_ready;
  assign wpush = hw_take || (s_step && s_write);
  assign rpush = fetch_take || (s_step && !s_write);

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      run_q  <= 1'b0;
      open_q <= '0;
    end else begin
      if (begin_run) run_q <= 1'b1;
      else if (!set.ctrl[0] && !cw_pkg::MUT_NIC_RUNS_ON) run_q <= 1'b0;
      open_q <= open_q + 10'(wpush) + 10'(rpush) - 10'(b_take) - 10'(r_end);
    end
    if (!rst_n || begin_run) begin
      halt_q      <= 1'b0;
      fetch_q     <= '0;
      alloc_q     <= '0;
      head_sent_q <= '0;
      head_done_q <= '0;
      lines_q     <= '0;
      fresh_q     <= 1'b1;
      in_line_q   <= '0;
      s_valid     <= 1'b0;
      next_id_q   <= '0;
    end else begin
      if (r_ring && !r_ring_ok && !cw_pkg::MUT_NIC_NO_HALT) halt_q <= 1'b1;
      if (fetch_take) fetch_q <= fetch_q + 32'(fetch_n);
      if (s_load) alloc_q <= alloc_q + 32'd1;
      if (hw_take) head_sent_q <= head_q;
      if (bvalid && bid == RING_ID) head_done_q <= head_sent_q;
      lines_q <= lines_q + (fetch_take ? fetch_lines : 6'd0) - 6'(line_pop) - 6'(r_ring && !r_ring_ok);
      if (r_ring) in_line_q <= rlast ? 3'd0 : in_line_q + 3'd1;
      if (s_load) fresh_q <= pos == line_last;
      if (!go) s_valid <= 1'b0;
      else if (s_load) s_valid <= 1'b1;
      else if (s_step && s_last) s_valid <= 1'b0;
      if (s_load) next_id_q <= next_id_q == RING_ID - 1'b1 ? '0 : next_id_q + 1'b1;
    end
    if (s_load) begin
      pos_q   <= pos + 2'd1;
      s_addr  <= desc[63:0];
      s_left  <= 17'(desc[79:64]) + 17'd1;
      s_write <= desc[80];
      s_n     <= alloc_q;
      s_id    <= next_id_q;
      s_first <= 1'b1;
    end else if (s_step) begin
      s_addr  <= s_addr + 64'(s_bytes);
      s_left  <= s_left - s_bytes;
      s_first <= 1'b0;
    end
  end

  // ---- address channels ----
  function automatic logic [7:0] beats_m1(input logic [5:0] offset, input logic [11:0] len_m1);
    beats_m1 = 8'((13'(offset) + 13'(len_m1)) >> 6);
  endfunction
  logic [CW-1:0] w_cmd, r_cmd, aw_cmd, ar_cmd, wd_cmd;
  logic [11:0]   s_len_m1, aw_len_m1, ar_len_m1, wd_len_m1;
  logic [31:0]   aw_n, ar_n, wd_n;
  logic          aw_first, ar_first, wd_first, wd_valid, wd_pop;
  logic [63:0]   wd_addr, fetch_addr;
  logic [IW-1:0] wd_id;
  assign s_len_m1    = 12'(s_bytes - 17'd1);
  assign fetch_addr  = {set.base[63:12], 12'd0} + {28'd0, fetch_q & mask & ~32'd3, 4'd0};
  assign w_cmd = hw_take ? {1'b0, RING_ID, set.head_addr[63:3], 3'd0, 12'd7, head_q} :
                           {s_first, s_id, s_addr, s_len_m1, s_n};
  assign r_cmd = fetch_take ? {1'b0, RING_ID, fetch_addr, 12'(fetch_more) << 6 | 12'd63, 32'd0} :
                              {s_first, s_id, s_addr, s_len_m1, s_n};
  cw_fifo #(.W(CW), .LG(2)) u_aw (.clk, .rst_n, .in_valid(wpush), .in_ready(w_ready), .in_data(w_cmd),
                                  .out_valid(awvalid), .out_ready(awready), .out_data(aw_cmd));
  cw_fifo #(.W(CW), .LG(2)) u_w (.clk, .rst_n, .in_valid(wpush), .in_ready(w_ready2), .in_data(w_cmd),
                                 .out_valid(wd_valid), .out_ready(wd_pop), .out_data(wd_cmd));
  cw_fifo #(.W(CW), .LG(2)) u_ar (.clk, .rst_n, .in_valid(rpush), .in_ready(r_ready), .in_data(r_cmd),
                                  .out_valid(arvalid), .out_ready(arready), .out_data(ar_cmd));
  assign {aw_first, awid, awaddr, aw_len_m1, aw_n} = aw_cmd;
  assign {ar_first, arid, araddr, ar_len_m1, ar_n} = ar_cmd;
  assign {wd_first, wd_id, wd_addr, wd_len_m1, wd_n} = wd_cmd;
  assign awlen = beats_m1(awaddr[5:0], aw_len_m1);
  assign arlen = beats_m1(araddr[5:0], ar_len_m1);

  // ---- data ----
  function automatic logic [511:0] pattern(input logic [63:0] seed, input logic [31:0] n, input logic [34:6] at);
    logic [63:0] turned;
    // by eight times at[8:6], then by one for each word
    unique case (at[8:6])
      3'd0:    turned = seed;
      3'd1:    turned = {seed[55:0], seed[63:56]};
      3'd2:    turned = {seed[47:0], seed[63:48]};
      3'd3:    turned = {seed[39:0], seed[63:40]};
      3'd4:    turned = {seed[31:0], seed[63:32]};
      3'd5:    turned = {seed[23:0], seed[63:24]};
      3'd6:    turned = {seed[15:0], seed[63:16]};
      default: turned = {seed[7:0], seed[63:8]};
    endcase
    for (int unsigned w = 0; w < 8; w++) begin
      pattern[64*w +: 64] = turned ^ {n, at[34:6], w[2:0]};
      turned = {turned[62:0], turned[63]};
    end
  endfunction
  function automatic logic [63:0] lanes(input logic [5:0] offset, input logic [11:0] len_m1, input logic [7:0] beat);
    logic [12:0] last;
    logic [63:0] from, upto;
    logic [5:0]  stop;
    last  = 13'(offset) + 13'(len_m1);
    from  = beat == '0 ? 64'hffff_ffff_ffff_ffff << offset : '1;
    stop  = last[5:0] - 6'(cw_pkg::MUT_NIC_LAST_BYTE);
    upto  = beat == 8'(last[12:6]) ? 64'hffff_ffff_ffff_ffff >> (6'd63 - stop) : '1;
    lanes = from & upto;
  endfunction
  logic [7:0] beat_q;
  logic [31:0] errors_q;
  assign wvalid = wd_valid;
  assign wlast  = beat_q == beats_m1(wd_addr[5:0], wd_len_m1);
  assign wd_pop = wready && wlast;
  always_comb begin                                     // a queue at rest computes nothing
    wstrb = '0;
    wdata = '0;
    if (wd_valid) begin
      wstrb = lanes(wd_addr[5:0], wd_len_m1, beat_q);
      wdata = wd_id == RING_ID ? {8{errors_q, wd_n}} : pattern(set.seed, wd_n, wd_addr[34:6] + 29'(beat_q));
    end
  end
  always_ff @(posedge clk) begin
    if (!rst_n) beat_q <= '0;
    else if (wvalid && wready) beat_q <= wlast ? '0 : beat_q + 1'b1;
  end

  // ---- bursts that are under way, in the order of their IDs ----
  localparam int unsigned RI = 1 + 64 + 12 + 32;
  logic [PW:0]   winfo [NID << DW];                     // last of its packet, packet
  logic [RI-1:0] rinfo [NID << DW];
  logic [NID*DW-1:0] wput_q, wget_q, rput_q, rget_q;
  logic [NID*8-1:0]  rbeat_q;
  logic [NID*(DW+1)-1:0] wopen_q, ropen_q;
  logic [IW-1:0] wpush_id, rpush_id;
  logic [PW:0]   winfo_b;
  logic [RI-1:0] rinfo_r;
  logic          b_last, r_last, r_fail, r_data;
  logic [31:0]   r_n;
  logic [63:0]   r_addr;
  logic [11:0]   r_len_m1;
  logic [7:0]    r_beat;
  assign wpush_id   = hw_take ? RING_ID : s_id;
  assign rpush_id   = fetch_take ? RING_ID : s_id;
  assign winfo_room = !wopen_q[s_id*(DW+1)+DW];
  assign rinfo_room = !ropen_q[s_id*(DW+1)+DW];
  assign winfo_b    = winfo[{bid, wget_q[bid*DW +: DW]}];
  assign rinfo_r    = rinfo[{rid, rget_q[rid*DW +: DW]}];
  assign {r_last, r_addr, r_len_m1, r_n} = rinfo_r;
  assign r_beat = rbeat_q[rid*8 +: 8];
  assign r_data = rvalid && !r_ring;
  assign b_last = bvalid && bid != RING_ID && winfo_b[PW];
  always_ff @(posedge clk) begin
    if (!rst_n) begin
      wput_q  <= '0;
      wget_q  <= '0;
      rput_q  <= '0;
      rget_q  <= '0;
      rbeat_q <= '0;
      wopen_q <= '0;
      ropen_q <= '0;
    end else begin
      if (wpush) wput_q[wpush_id*DW +: DW] <= wput_q[wpush_id*DW +: DW] + 1'b1;
      if (b_take) wget_q[bid*DW +: DW] <= wget_q[bid*DW +: DW] + 1'b1;
      if (rpush) rput_q[rpush_id*DW +: DW] <= rput_q[rpush_id*DW +: DW] + 1'b1;
      if (r_end) rget_q[rid*DW +: DW] <= rget_q[rid*DW +: DW] + 1'b1;
      if (rvalid) rbeat_q[rid*8 +: 8] <= rlast ? '0 : r_beat + 1'b1;
      for (int unsigned i = 0; i < NID; i++) begin
        wopen_q[i*(DW+1) +: DW+1] <= wopen_q[i*(DW+1) +: DW+1] + (DW+1)'(wpush && wpush_id == IW'(i)) -
                                     (DW+1)'(b_take && bid == IW'(i));
        ropen_q[i*(DW+1) +: DW+1] <= ropen_q[i*(DW+1) +: DW+1] + (DW+1)'(rpush && rpush_id == IW'(i)) -
                                     (DW+1)'(r_end && rid == IW'(i));
      end
    end
    if (wpush) winfo[{wpush_id, wput_q[wpush_id*DW +: DW]}] <= {s_last, s_n[PW-1:0]};
    if (rpush) rinfo[{rpush_id, rput_q[rpush_id*DW +: DW]}] <= {s_last, s_addr, s_len_m1, s_n};
  end

  // ---- packets that are over ----
  logic [NID*4-1:0] wdone_q, rdone_q;
  logic [(1<<PW)-1:0] dir_q, failed_q;
  logic b_failed, head_go, r_over;
  assign b_failed = bvalid && bresp != 2'b00 && !cw_pkg::MUT_NIC_ERROR_LOST;
  assign r_fail   = r_data && rresp != 2'b00;
  assign r_over   = r_data && rlast && r_last;
  assign head_go  = head_q != alloc_q &&
                    (dir_q[head_q[PW-1:0]] ? wdone_q[head_id_q*4 +: 4] != '0 : rdone_q[head_id_q*4 +: 4] != '0);
  always_ff @(posedge clk) begin
    if (!rst_n || begin_run) begin
      wdone_q   <= '0;
      rdone_q   <= '0;
      head_q    <= '0;
      head_id_q <= '0;
      errors_q  <= '0;
    end else begin
      for (int unsigned i = 0; i < NID; i++) begin
        wdone_q[i*4 +: 4] <= wdone_q[i*4 +: 4] + 4'(b_last && bid == IW'(i)) -
                             4'(head_go && dir_q[head_q[PW-1:0]] && head_id_q == IW'(i));
        rdone_q[i*4 +: 4] <= rdone_q[i*4 +: 4] + 4'(r_over && rid == IW'(i)) -
                             4'(head_go && !dir_q[head_q[PW-1:0]] && head_id_q == IW'(i));
      end
      if (head_go) begin
        head_q    <= head_q + 32'd1;
        head_id_q <= head_id_q == RING_ID - 1'b1 ? '0 : head_id_q + 1'b1;
        if (failed_q[head_q[PW-1:0]]) errors_q <= errors_q + 32'd1;
      end
    end
    if (s_load) begin
      dir_q[alloc_q[PW-1:0]]    <= desc[80];
      failed_q[alloc_q[PW-1:0]] <= 1'b0;
    end
    if (b_failed && bid != RING_ID) failed_q[winfo_b[PW-1:0]] <= 1'b1;
    if (r_fail) failed_q[r_n[PW-1:0]] <= 1'b1;
  end

  // ---- comparison, two cycles ----
  logic         c1_q, c2_q;
  logic [511:0] c1_data_q, c1_want_q;
  logic [63:0]  c1_lanes_q, c2_bad_q;
  logic [6:0]   n_bad;
  logic [31:0]  bad_q;
  always_comb begin
    n_bad = '0;
    if (c2_q)
      for (int unsigned i = 0; i < 64; i++) n_bad += 7'(c2_bad_q[i]);
  end
  always_ff @(posedge clk) begin
    c1_q <= rst_n && r_data && rresp == 2'b00;
    c2_q <= rst_n && c1_q;
    if (r_data) begin
      c1_data_q  <= rdata;
      c1_want_q  <= pattern(set.seed, r_n, r_addr[34:6] + 29'(r_beat));
      c1_lanes_q <= lanes(r_addr[5:0], r_len_m1, r_beat);
    end
    if (c1_q)
      for (int unsigned i = 0; i < 64; i++)
        c2_bad_q[i] <= c1_lanes_q[i] && !cw_pkg::MUT_NIC_NO_COMPARE && c1_data_q[8*i +: 8] != c1_want_q[8*i +: 8];
    if (!rst_n || begin_run) bad_q <= '0;
    else if (c2_q) bad_q <= bad_q + 32'(n_bad);
  end

  // ---- latency of a packet: address of its first burst taken, to its last answer ----
  logic [31:0] now_q;
  logic [31:0] wborn [1 << PW];
  logic [31:0] rborn [1 << PW];
  logic [31:0] w_lat, r_lat, lat, rl_data, lat_min_q, lat_max_q, samples_q;
  logic [63:0] lat_sum_q;
  logic        rl_valid, rl_ready, lat_valid, hist_busy;
  assign w_lat     = now_q - wborn[winfo_b[PW-1:0]];
  assign r_lat     = now_q - rborn[r_n[PW-1:0]];
  assign lat_valid = b_last || rl_valid;
  assign lat       = b_last ? w_lat : rl_data;
  cw_fifo #(.W(32), .LG(PW)) u_lat (.clk, .rst_n, .in_valid(r_over), .in_ready(rl_ready), .in_data(r_lat),
                                    .out_valid(rl_valid), .out_ready(!b_last), .out_data(rl_data));
  cw_hist u_hist (.clk, .rst_n, .clear(begin_run), .clearing, .valid(lat_valid), .value(lat),
                  .shift(set.hist_shift[3:0]), .busy(hist_busy), .index(set.hist_index[9:0]), .data(stat.hist_data));
  always_ff @(posedge clk) begin
    now_q <= rst_n ? now_q + 32'd1 : '0;
    if (awvalid && awready && aw_first) wborn[aw_n[PW-1:0]] <= now_q;
    if (arvalid && arready && ar_first) rborn[ar_n[PW-1:0]] <= now_q;
    if (!rst_n || begin_run) begin
      lat_min_q <= '0;
      lat_max_q <= '0;
      lat_sum_q <= '0;
      samples_q <= '0;
    end else if (lat_valid) begin
      samples_q <= samples_q + 32'd1;
      lat_sum_q <= lat_sum_q + 64'(lat);
      if (samples_q == '0 || lat < lat_min_q) lat_min_q <= lat;
      if (lat > lat_max_q) lat_max_q <= lat;
    end
  end

  // ---- what went by ----
  logic [31:0] bursts_q, wbeats_q, rbeats_q, cycles_q, elapsed_q;
  logic        counting_q, any;
  assign any = (awvalid && awready) || (arvalid && arready);
  always_ff @(posedge clk) begin
    if (!rst_n || begin_run) begin
      bursts_q   <= '0;
      wbeats_q   <= '0;
      rbeats_q   <= '0;
      cycles_q   <= '0;
      elapsed_q  <= 32'd1;
      counting_q <= 1'b0;
    end else begin
      bursts_q <= bursts_q + 32'(awvalid && awready) + 32'(arvalid && arready);
      if (wvalid && wready) wbeats_q <= wbeats_q + 32'd1;
      if (rvalid) rbeats_q <= rbeats_q + 32'd1;
      if (any) counting_q <= 1'b1;
      if (any || counting_q) elapsed_q <= elapsed_q + 32'd1;
      if (bvalid || r_end) cycles_q <= elapsed_q;
    end
  end
  assign stat.busy      = open_q != '0 || rl_valid || c1_q || c2_q || hist_busy || (set.ctrl[0] && !run_q) ||
                          (go && (head_q != set.tail || (set.head_addr != '0 && head_done_q != head_q)));
  assign stat.halted    = halt_q;
  assign stat.head      = head_q;
  assign stat.errors    = errors_q;
  assign stat.bad_bytes = bad_q;
  assign stat.bursts    = bursts_q;
  assign stat.wbeats    = wbeats_q;
  assign stat.rbeats    = rbeats_q;
  assign stat.cycles    = cycles_q;
  assign stat.lat_min   = lat_min_q;
  assign stat.lat_max   = lat_max_q;
  assign stat.lat_sum   = lat_sum_q;
  assign awake          = stat.busy;

  logic unused;
  assign unused = &{1'b0, line_in_ready, seg_valid, rl_ready, aw_n[31:PW], ar_n[31:PW], wd_first, desc[127:81],
                    set.base[11:0], set.head_addr[2:0], set.ctrl[31:1], set.ctx, set.size[31:5],
                    set.hist_index[31:10], set.hist_shift[31:4], wd_addr[63:35], r_addr[63:35]};
endmodule
