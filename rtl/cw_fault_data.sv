// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Data of faulting writes (P34): stands between the fault ring's writer and the host bus. The record of a write of 64
// bytes at most through the bridge, which holds its data, is preceded by a line with that data, at the record's slot of
// a second area in host memory; the record then says which bytes of the line are meant. Byte i of the line is the one
// whose address is i modulo 64.
//
// Order: the line is acknowledged before its record is written, so whoever sees the phase sees the data. Other records
// wait meanwhile, and pass with no delay if they carry none. Without data_base (0) nothing is added.
// A record whose line met a bus error says that it has no data; nor has one whose request is not parked any more, as a
// detach or the reset of a port has ended it: its slot in the bridge may be another burst's.
// A record that met one itself is lost: `lost_id` names its parked request, which must end another way (I6).
// A record that its writer takes back while its line is written leaves that line behind, and nothing else.
// Storage: one line and its address, the ids of the records that are not acknowledged.
module cw_fault_data (
  input  logic                             clk,
  input  logic                             rst_n,
  input  logic [63:0]                      ring_base,
  input  logic [63:0]                      data_base,
  // from the ring's writer
  input  logic                             r_valid,
  output logic                             r_ready,
  input  logic [63:0]                      r_addr,
  input  logic [cw_pkg::FAULT_BITS-1:0]    r_rec,
  output logic                             r_bvalid,
  // what the bridge holds of a burst
  output logic [cw_pkg::BRIDGE_SLOT_W-1:0] look_slot,
  input  logic [511:0]                     look_data,
  input  logic [63:0]                      look_strb,
  output logic [31:0]                      look_id,      // its parked request
  input  logic                             look_open,
  // a record that host memory did not take
  output logic                             lost_valid,
  input  logic                             lost_ready,
  output logic [31:0]                      lost_id,
  // host bus
  output logic                             wr_valid,
  input  logic                             wr_ready,
  output logic [63:0]                      wr_addr,
  output logic [511:0]                     wr_data,
  input  logic                             wr_bvalid,
  input  logic                             wr_berr
);
  typedef enum logic [1:0] { D_PASS, D_LINE, D_WAIT, D_RECORD } state_t;
  state_t       state;
  logic [511:0] line;
  logic [63:0]  line_addr, strb;
  logic [2:0]   open;               // records that are not acknowledged
  logic         with_data, pass;
  logic         gone;               // the record of this line was taken back
  logic [cw_pkg::FAULT_BITS-1:0] rec;

  assign with_data = data_base != '0 && 32'(r_rec[cw_pkg::FAULT_PORT_LSB +: 8]) == cw_pkg::PORT_BRIDGE &&
                     r_rec[cw_pkg::FAULT_ACCESS_LSB +: 8] == 8'd2 && r_rec[cw_pkg::FAULT_LEN_LSB +: 16] <= 16'd64;
  assign look_id   = r_rec[cw_pkg::FAULT_PARKED_ID_LSB +: 32];
  assign look_slot = r_rec[cw_pkg::FAULT_TAG_LSB +: cw_pkg::BRIDGE_SLOT_W];
  always_comb begin
    rec = r_rec;
    if (state == D_RECORD) rec[cw_pkg::FAULT_STROBES_LSB +: 64] = strb;
  end
  assign pass     = state == D_RECORD || (state == D_PASS && !with_data);
  assign wr_valid = state == D_LINE || (pass && r_valid);
  assign wr_addr  = state == D_LINE ? line_addr : r_addr;
  assign wr_data  = state == D_LINE ? line : rec;
  assign r_ready  = pass && wr_ready;
  assign r_bvalid = wr_bvalid && state != D_WAIT;

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      state <= D_PASS;
      open  <= '0;
      gone  <= 1'b0;
    end else begin
      gone <= state != D_PASS && (gone || !r_valid);
      open <= open + 3'(r_valid && r_ready) - 3'(r_bvalid);
      unique case (state)
        // with none on the way, the next acknowledgement is that of the line
        D_PASS:   if (r_valid && with_data && open == '0) state <= D_LINE;
        D_LINE:   if (wr_ready) state <= D_WAIT;
        D_WAIT:   if (wr_bvalid) state <= (r_valid && !gone) || cw_pkg::MUT_FAULT_DATA_STAYS ? D_RECORD : D_PASS;
        default:  if (!r_valid || wr_ready) state <= D_PASS;
      endcase
    end
    if (state == D_PASS) begin
      line      <= look_data;
      line_addr <= {data_base[63:12], 12'd0} + (r_addr - ring_base);
      strb      <= cw_pkg::MUT_DEAD_FAULT_DATA || !(look_open || cw_pkg::MUT_FAULT_DATA_NOT_OPEN) ? '0 : look_strb;
    end
    if (state == D_WAIT && wr_bvalid && wr_berr) strb <= '0;
  end

  // ---- records on their way, oldest first; those that were lost wait for their turn ----
  logic [31:0] sent_id;
  logic        sent_valid, sent_ready, lost_room;
  cw_fifo #(.W(32), .LG(3)) u_sent (
    .clk, .rst_n, .in_valid(r_valid && r_ready), .in_ready(sent_ready),
    .in_data(r_rec[cw_pkg::FAULT_PARKED_ID_LSB +: 32]), .out_valid(sent_valid),
    .out_ready(r_bvalid), .out_data(sent_id));
  cw_fifo #(.W(32), .LG(cw_pkg::PARK_W)) u_lost (
    .clk, .rst_n, .in_valid(r_bvalid && sent_valid && wr_berr && !cw_pkg::MUT_LOST_RECORD), .in_ready(lost_room),
    .in_data(sent_id),
    .out_valid(lost_valid), .out_ready(lost_ready), .out_data(lost_id));

  logic unused;
  assign unused = &{1'b0, data_base[11:0], sent_ready, lost_room};
endmodule
