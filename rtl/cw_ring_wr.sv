// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Record writer: puts completions or fault records into a ring in host memory and says when to interrupt.
//
// RECORD bits per record (256 or 512), phase bit at PHASE: it is added here, 1 in the first lap. A record is one beat
// of one write, phase in its last 8 bytes (P41). Up to four writes are under way; `index`, the producer, counts those
// that memory has acknowledged.
// Space (P16): RESERVED 1: `take` reserves a slot, `space` says that there is one, and each record pushed uses up one
// reservation, so that a push never waits for the host; `give` returns one. RESERVED 0: `rec_ready` itself says that
// there is a slot.
// Interrupt (P16): one when acknowledged records are ahead of the consumer and none was sent since its last write;
// `irq_en` 0 holds it back.
// Disabling drops the records that the bus has not taken yet (`wr_valid` falls without `wr_ready`) and those that come
// later; a ring starts again when all reservations of the time before have ended.
// A consumer index that is not between the old one and the producer is ignored and pulses `ev_error`, as does a write
// error (the record is lost, later ones follow).
// Storage: 2^LG records.
//
// Mutant: RECORD_BEFORE_DATA writes the last 8 bytes, phase included, in a write of its own before the others.
module cw_ring_wr #(
  parameter int unsigned RECORD = 256,
  parameter int unsigned PHASE = 248,
  parameter bit RESERVED = 1'b1,
  parameter int unsigned LG = 2                     // log2 of the records that wait for the bus
) (
  input  logic              clk,
  input  logic              rst_n,

  input  logic [63:0]       base,
  input  logic [4:0]        size_log2,
  input  logic              enable,
  input  logic              doorbell_we,
  input  logic [31:0]       doorbell,
  output logic [31:0]       index,

  output logic              space,
  input  logic              take,
  input  logic              give,

  input  logic              rec_valid,
  output logic              rec_ready,
  input  logic [RECORD-1:0] rec,

  output logic              wr_valid,
  input  logic              wr_ready,
  output logic [63:0]       wr_addr,
  output logic [511:0]      wr_data,
  output logic [63:0]       wr_strb,
  input  logic              wr_bvalid,
  input  logic              wr_berr,

  input  logic              irq_en,
  output logic              irq,
  output logic              lost,       // a record was lost since the ring was enabled
  output logic              ev_error
);

  localparam int unsigned REC_LG = $clog2(RECORD / 8);
  localparam int unsigned PER_LINE = 512 / RECORD;
  localparam logic [4:0]  MIN_LG = 5'(cw_pkg::RING_LOG2_MIN);
  localparam logic [4:0]  MAX_LG = 5'(cw_pkg::RING_LOG2_MAX);

  logic        run_q;
  logic        bell_q;     // it was written in the last cycle
  logic [31:0] cons_q;     // consumer
  logic [31:0] alloc_q;    // records taken in
  logic [31:0] head_q;     // records given to the bus
  logic [31:0] acked_q;    // records acknowledged
  logic [16:0] resv_q;     // slots reserved, record not yet there
  logic        armed_q;

  logic [31:0] size;
  logic [31:0] used;
  logic        size_ok;
  logic        start;
  logic        push;
  logic        push_keep;
  logic        send;
  logic        bell_ok;
  logic [31:0] ahead;

  logic              q_in_ready;
  logic              q_valid;
  logic [RECORD-1:0] q_rec;
  logic [RECORD-1:0] out_rec;
  logic              phase;
  logic [31:0]       slot;
  logic              open;      // fewer than four writes under way

  assign size    = 32'd1 << size_log2;
  assign size_ok = size_log2 >= MIN_LG && size_log2 <= MAX_LG;
  assign used    = alloc_q - cons_q + {15'd0, resv_q};
  assign space   = run_q && enable && used < size;
  assign start   = enable && size_ok && !run_q && resv_q == '0 && !q_valid && head_q == acked_q;

  // ---- records in ----
  generate
    if (RESERVED) begin : g_reserved
      assign rec_ready = q_in_ready;
    end else begin : g_free
      assign rec_ready = q_in_ready && space;
    end
  endgenerate

  assign push      = rec_valid && rec_ready;
  assign push_keep = push && run_q;

  cw_fifo #(.W(RECORD), .LG(LG)) u_q (
    .clk, .rst_n, .in_valid(push_keep), .in_ready(q_in_ready), .in_data(rec),
    .out_valid(q_valid), .out_ready(send || !run_q), .out_data(q_rec)
  );

  // ---- records out ----
  assign slot  = head_q & (size - 32'd1);
  assign phase = ~|(head_q & size);
  assign open  = (head_q - acked_q) < 32'd4;
  assign wr_addr = {base[63:12], 12'd0} + ({32'd0, slot} << REC_LG);

  always_comb begin            // zero in between: cheaper to simulate
    out_rec = '0;
    if (q_valid) begin
      out_rec        = q_rec;
      out_rec[PHASE] = phase;
    end
  end

  assign wr_data = {PER_LINE{out_rec}};

  logic [63:0] strb;
  logic        acked;

  generate
    if (RECORD == 512) begin : g_full
      assign strb = '1;
    end else begin : g_half
      assign strb = wr_addr[5] ? {32'hffff_ffff, 32'd0} : {32'd0, 32'hffff_ffff};
    end
  endgenerate

  assign wr_valid = q_valid && open && run_q;

`ifdef CW_MUTANTS
  logic [63:0] last8;
  logic        rest_q;      // the phase is written, the other bytes are not
  logic        acked_half_q;

  assign last8   = (wr_addr[5] || RECORD == 512) ? 64'hff << 56 : 64'hff << 24;
  assign wr_strb = !cw_pkg::MUT_RECORD_BEFORE_DATA ? strb : rest_q ? strb & ~last8 : last8;
  assign send    = wr_valid && wr_ready && (rest_q || !cw_pkg::MUT_RECORD_BEFORE_DATA);
  assign acked   = wr_bvalid && (acked_half_q || !cw_pkg::MUT_RECORD_BEFORE_DATA);

  always_ff @(posedge clk) begin
    if (!rst_n || start) begin
      rest_q       <= 1'b0;
      acked_half_q <= 1'b0;
    end else begin
      rest_q       <= rest_q ^ (wr_valid && wr_ready);
      acked_half_q <= acked_half_q ^ wr_bvalid;
    end
  end
`else
  assign wr_strb = strb;
  assign send    = wr_valid && wr_ready;
  assign acked   = wr_bvalid;
`endif

  // ---- consumer and interrupt ----
  assign bell_ok = (doorbell - cons_q) <= (head_q - cons_q);
  assign ahead   = acked_q - cons_q;
  assign irq     = run_q && armed_q && irq_en && !bell_q && ahead != '0 && !ahead[31];
  assign index   = (enable && !run_q) ? '0 : acked_q;

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      run_q    <= 1'b0;
      bell_q   <= 1'b0;
      cons_q   <= '0;
      alloc_q  <= '0;
      head_q   <= '0;
      acked_q  <= '0;
      resv_q   <= '0;
      armed_q  <= 1'b0;
      ev_error <= 1'b0;
      lost     <= 1'b0;
    end else begin
      bell_q   <= run_q && doorbell_we;
      ev_error <= (wr_bvalid && wr_berr) || (bell_q && !bell_ok);

      if (!enable)
        run_q <= 1'b0;
      else if (start)
        run_q <= 1'b1;

      resv_q <= resv_q + 17'(take) - 17'(give && resv_q != '0) - 17'(push && RESERVED && resv_q != '0);

      lost <= !start && enable && (lost || (wr_bvalid && wr_berr));
      if (start) begin
        cons_q  <= '0;
        alloc_q <= '0;
        head_q  <= '0;
        acked_q <= '0;
        armed_q <= 1'b1;
      end else begin
        if (push_keep)
          alloc_q <= alloc_q + 32'd1;
        if (send)
          head_q <= head_q + 32'd1;
        if (acked)
          acked_q <= acked_q + 32'd1;
        if (bell_q && bell_ok)
          cons_q <= doorbell;
        if (bell_q)
          armed_q <= 1'b1;
        else if (irq)
          armed_q <= 1'b0;
      end
    end
  end

  // The low bits of the base are zero by contract (P41).
  logic unused;
  assign unused = ^base[11:0];

endmodule
