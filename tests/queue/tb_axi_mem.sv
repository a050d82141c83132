// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// AXI4 memory of the benches: random latency, answers of different ids in any order, and a write that reads may not see
// until its acknowledgement. Lines whose address matches `err_line` (when `err_on`) answer SLVERR. `peek`, `poke` and
// the counters are for the bench alone.
module tb_axi_mem #(
  parameter int unsigned ID_W = 6,
  parameter int unsigned ADDR_W = 52,
  parameter int unsigned LAT = 20
) (
  input  logic              clk,
  input  logic              rst_n,
  input  logic              err_on,
  input  logic [63:0]       err_line,
  input  logic              hold_b,       // acknowledges nothing while 1
  input  logic              hold_r,       // answers no read while 1

  input  logic              arvalid,
  output logic              arready,
  input  logic [ID_W-1:0]   arid,
  input  logic [ADDR_W-1:0] araddr,
  input  logic [7:0]        arlen,
  output logic              rvalid,
  input  logic              rready,
  output logic [ID_W-1:0]   rid,
  output logic [511:0]      rdata,
  output logic [1:0]        rresp,
  output logic              rlast,
  input  logic              awvalid,
  output logic              awready,
  input  logic [ID_W-1:0]   awid,
  input  logic [ADDR_W-1:0] awaddr,
  input  logic [7:0]        awlen,
  input  logic              wvalid,
  output logic              wready,
  input  logic [511:0]      wdata,
  input  logic [63:0]       wstrb,
  input  logic              wlast,
  output logic              bvalid,
  input  logic              bready,
  output logic [ID_W-1:0]   bid,
  output logic [1:0]        bresp
);

  logic [511:0] mem [longint unsigned];

  int n_ar = 0;       // read bursts taken
  int n_aw = 0;       // write bursts taken
  int n_bad = 0;      // rules of AXI or of the engine's bus use broken

  typedef struct {
    int              id;
    longint unsigned line;
    int              beats;
    longint          due;
  } read_t;

  typedef struct {
    int              id;
    longint unsigned line;
    int              beats;
  } addr_t;

  typedef struct {
    int              id;
    longint          due;
    longint          seen;     // cycle in which reads see the data
    longint unsigned line;     // first line
    int              beats;
    int              first;    // place of its beats in `held`
    bit              error;
    bit              applied;
  } write_t;

  read_t        reads [$];
  addr_t        addrs [$];
  write_t       writes [$];
  logic [511:0] held_data [int];
  logic [63:0]  held_strb [int];
  int           held_n = 0;
  longint       now = 0;
  int           cur_beats = 0;   // beats of the burst whose data comes
  int           cur_first = 0;
  int           serving = -1;    // beats left of the read burst on the bus
  read_t        sv;

  function automatic logic [511:0] peek(input longint unsigned addr);
    return mem.exists(addr >> 6) ? mem[addr >> 6] : '0;
  endfunction

  function automatic logic [63:0] peek8(input longint unsigned addr);
    logic [511:0] line = peek(addr);
    return line[{addr[5:3], 6'd0} +: 64];
  endfunction

  function automatic void poke(input longint unsigned addr, input logic [511:0] data);
    mem[addr >> 6] = data;
  endfunction

  function automatic void poke8(input longint unsigned addr, input logic [63:0] data);
    logic [511:0] line = peek(addr);
    line[{addr[5:3], 6'd0} +: 64] = data;
    mem[addr >> 6] = line;
  endfunction

  function automatic void apply(input int w);
    for (int i = 0; i < writes[w].beats; i++) begin
      logic [511:0] line = peek((writes[w].line + longint'(i)) << 6);
      logic [511:0] data = held_data[writes[w].first + i];
      logic [63:0]  strb = held_strb[writes[w].first + i];
      for (int b = 0; b < 64; b++)
        if (strb[b])
          line[8 * b +: 8] = data[8 * b +: 8];
      if (!writes[w].error)
        mem[writes[w].line + longint'(i)] = line;
    end
    writes[w].applied = 1'b1;
  endfunction

  function automatic bit bad(input longint unsigned line, input int beats);
    return err_on && (err_line >> 6) >= line && (err_line >> 6) < line + longint'(beats);
  endfunction

  always @(posedge clk) begin
    now <= now + 1;
    if (!rst_n) begin
      arready <= 1'b0;
      awready <= 1'b0;
      wready  <= 1'b0;
      rvalid  <= 1'b0;
      bvalid  <= 1'b0;
    end else begin
      arready <= $urandom_range(3) != 0;
      awready <= $urandom_range(3) != 0;

      // addresses in
      if (arvalid && arready) begin
        read_t r;
        r.id = int'(arid); r.line = 64'(araddr) >> 6; r.beats = int'(arlen) + 1;
        r.due = now + LAT / 2 + longint'($urandom_range(LAT));
        reads.push_back(r);
        n_ar++;
        if ((64'(araddr) & 64'hfff) + 64'(r.beats) * 64 > 4096) begin
          n_bad++;
          $display("FAIL: read burst crosses 4 KiB");
        end
      end
      if (awvalid && awready) begin
        addr_t a;
        a.id = int'(awid); a.line = 64'(awaddr) >> 6; a.beats = int'(awlen) + 1;
        addrs.push_back(a);
        n_aw++;
        if ((64'(awaddr) & 64'hfff) + 64'(a.beats) * 64 > 4096) begin
          n_bad++;
          $display("FAIL: write burst crosses 4 KiB");
        end
      end

      // write data in
      if (wvalid && wready) begin
        held_data[held_n] = wdata;
        held_strb[held_n] = wstrb;
        held_n++;
        cur_beats++;
        if (wlast) begin
          write_t w;
          if (addrs.size() == 0 || addrs[0].beats != cur_beats) begin
            n_bad++;
            $display("FAIL: WLAST after %0d beats, or data before its address", cur_beats);
          end
          w.id = addrs[0].id; w.line = addrs[0].line; w.beats = cur_beats; w.first = cur_first;
          w.due = now + longint'($urandom_range(LAT)) + 2; w.seen = now + longint'($urandom_range(LAT)) + 1;
          w.error = bad(w.line, w.beats); w.applied = 1'b0;
          writes.push_back(w);
          void'(addrs.pop_front());
          cur_first = held_n;
          cur_beats = 0;
        end
      end

      wready <= addrs.size() != 0 && $urandom_range(3) != 0;

      // writes become visible, at the acknowledgement at the latest, in order per id
      for (int i = 0; i < writes.size(); i++) begin
        bit older = 1'b0;
        for (int j = 0; j < i; j++)
          older = older || (writes[j].id == writes[i].id && !writes[j].applied);
        if (!writes[i].applied && !older && writes[i].seen <= now)
          apply(i);
      end
      if (bvalid && bready)
        bvalid <= 1'b0;
      if ((!bvalid || bready) && !hold_b) begin
        for (int i = 0; i < writes.size(); i++) begin
          bit older = 1'b0;
          for (int j = 0; j < i; j++)
            older = older || writes[j].id == writes[i].id;
          if (!older && writes[i].due <= now) begin
            if (!writes[i].applied)
              apply(i);
            bvalid <= 1'b1;
            bid    <= ID_W'(writes[i].id);
            bresp  <= writes[i].error ? 2'b10 : 2'b00;
            for (int b = 0; b < writes[i].beats; b++) begin
              held_data.delete(writes[i].first + b);
              held_strb.delete(writes[i].first + b);
            end
            writes.delete(i);
            break;
          end
        end
      end

      // read data out
      if (rvalid && rready)
        rvalid <= 1'b0;
      if (!rvalid || rready) begin
        if (serving < 0 && !hold_r) begin
          for (int i = 0; i < reads.size(); i++) begin
            bit older = 1'b0;
            for (int j = 0; j < i; j++)
              older = older || reads[j].id == reads[i].id;
            if (!older && reads[i].due <= now && $urandom_range(1) == 0) begin
              sv = reads[i];
              serving = 0;
              reads.delete(i);
              break;
            end
          end
        end
        if (serving >= 0 && $urandom_range(7) != 0) begin
          rvalid <= 1'b1;
          rid    <= ID_W'(sv.id);
          rdata  <= peek((sv.line + longint'(serving)) << 6);
          rresp  <= bad(sv.line + longint'(serving), 1) ? 2'b10 : 2'b00;
          rlast  <= serving == sv.beats - 1;
          serving = serving == sv.beats - 1 ? -1 : serving + 1;
        end
      end
    end
  end

  // Payload stands still while valid && !ready.
  logic              ar_wait_q = 1'b0;
  logic              aw_wait_q = 1'b0;
  logic              w_wait_q = 1'b0;
  logic [ADDR_W-1:0] araddr_q;
  logic [ADDR_W-1:0] awaddr_q;
  logic [511:0]      wdata_q;

  always @(posedge clk) begin
    ar_wait_q <= rst_n && arvalid && !arready;
    aw_wait_q <= rst_n && awvalid && !awready;
    w_wait_q  <= rst_n && wvalid && !wready;
    araddr_q  <= araddr;
    awaddr_q  <= awaddr;
    wdata_q   <= wdata;
    if ((ar_wait_q && (!arvalid || araddr != araddr_q)) || (aw_wait_q && (!awvalid || awaddr != awaddr_q)) ||
        (w_wait_q && (!wvalid || wdata != wdata_q))) begin
      n_bad++;
      $display("FAIL: payload moved while valid && !ready");
    end
  end

endmodule
