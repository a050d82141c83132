// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Registers: the AXI4-Lite slave behind which stands the whole control block of regs.def (P39).
//
// Every access is answered with OKAY: a write three cycles after its address and data have both come, a read after
// RD_WAIT cycles (the slowest source is block RAM behind an index register) and, for counters, after the snapshot is
// complete. One write and one read are under way at a time. A write is in effect when its answer is given. Writes with
// partial strobes, to RO registers and to holes change nothing. A 64-bit value is taken on the write of its high word,
// with the low word written last; both words read as the value in force. Enabling a ring clears its doorbell. A ring
// whose size is out of range is not enabled. Bases are given to the rings with their low 12 bits clear (P41).
module cw_regs #(
  parameter int unsigned NSLOT       = cw_pkg::NSLOT,
  parameter int unsigned TLB_SETS    = cw_pkg::TLB_SETS,
  parameter int unsigned TLB_WAYS    = cw_pkg::TLB_WAYS,
  parameter int unsigned TLB_LARGE   = cw_pkg::TLB_LARGE,
  parameter int unsigned WC_ENTRIES  = cw_pkg::WC_ENTRIES,
  parameter int unsigned PA_BITS     = cw_pkg::PA_BITS,
  parameter longint unsigned TABLE_BYTES = 64'h0400_0000
) (
  input  logic         clk,
  input  logic         rst_n,
  input  logic         bus_rst_n,            // of the channels alone: not in a reset of the engine

  // AXI4-Lite slave
  input  logic         s_awvalid,
  output logic         s_awready,
  input  logic [15:0]  s_awaddr,
  input  logic         s_wvalid,
  output logic         s_wready,
  input  logic [31:0]  s_wdata,
  input  logic [3:0]   s_wstrb,
  output logic         s_bvalid,
  input  logic         s_bready,
  output logic [1:0]   s_bresp,
  input  logic         s_arvalid,
  output logic         s_arready,
  input  logic [15:0]  s_araddr,
  output logic         s_rvalid,
  input  logic         s_rready,
  output logic [31:0]  s_rdata,
  output logic [1:0]   s_rresp,

  // status and control
  output logic         bme,                  // bus-master enable (P40)
  output logic [4:0]   dirty_period,
  output logic [31:0]  flush_timeout,        // at least 1
  output logic [31:0]  fw_watchdog,
  input  logic         fw_ready,
  input  logic         fw_dead,
  input  logic         fw_test_failed,
  input  logic [31:0]  fw_heartbeat,
  input  logic [31:0]  fw_version,
  input  logic         table_error,          // pulses
  input  logic         host_error,
  input  logic         ring_error,
  input  logic [cw_pkg::NPORT-1:0] fenced,
  input  logic [cw_pkg::NPORT*32-1:0] holder,
  output cw_t::reset_set_t  reset_set,       // pulses
  input  cw_t::reset_stat_t reset_stat,
  input  logic [4:0]   ring_faults,          // as register RING_FAULTS

  // dirty rings
  output cw_t::dring_bell_t dring_bell,
  output logic [cw_pkg::CTX_W-1:0] dring_rd,
  input  logic [31:0]  dring_index,
  input  logic [cw_pkg::NCTX-1:0] dring_soft,
  input  logic         dring_irq,            // held back while not enabled

  // interrupts: pulses of the three rings in, all vectors out
  input  logic [2:0]   ring_irq,             // held back by the rings while not enabled
  output logic [3:0]   irq_enable,           // 3: of the dirty rings
  output logic [4:0]   irq,
  output logic [2:0]   ev_interrupts,

  // rings; a doorbell's `_db_we` pulses in the cycle in which its value changes
  output logic [63:0]  hot_cmd_base,
  output logic [4:0]   hot_cmd_size_log2,
  output logic         hot_cmd_enable,
  output logic [31:0]  hot_cmd_doorbell,
  input  logic [31:0]  hot_cmd_index,
  output logic [63:0]  hot_cpl_base,
  output logic [4:0]   hot_cpl_size_log2,
  output logic         hot_cpl_enable,
  output logic [31:0]  hot_cpl_doorbell,
  output logic         hot_cpl_db_we,
  input  logic [31:0]  hot_cpl_index,
  output logic [63:0]  cold_cmd_base,
  output logic [4:0]   cold_cmd_size_log2,
  output logic         cold_cmd_enable,
  output logic [31:0]  cold_cmd_doorbell,
  input  logic [31:0]  cold_cmd_index,
  output logic [63:0]  cold_cpl_base,
  output logic [4:0]   cold_cpl_size_log2,
  output logic         cold_cpl_enable,
  output logic [31:0]  cold_cpl_doorbell,
  output logic         cold_cpl_db_we,
  input  logic [31:0]  cold_cpl_index,
  output logic [63:0]  fault_base,
  output logic [4:0]   fault_size_log2,
  output logic         fault_enable,
  output logic [31:0]  fault_doorbell,
  output logic         fault_db_we,
  input  logic [31:0]  fault_index,
  output logic [63:0]  fault_data_base,

  // counters
  output logic         snap,
  input  logic         snap_busy,
  input  logic [63:0]  snap_cycle,
  output logic [7:0]   ctr_idx,
  input  logic [63:0]  ctr_data,

  // probes
  output logic         probe_start,
  output logic [3:0]   probe_tag,
  output logic [15:0]  probe_ctx,
  output logic         probe_write,
  output logic [63:0]  probe_addr,
  output logic [3:0]   probe_rd_tag,
  input  logic [31:0]  probe_rd_result,
  input  logic [63:0]  probe_rd_pa,

  // traffic generator
  output logic         tgen_start,
  output logic         tgen_stop,
  output logic [31:0]  tgen_ctx,
  output logic [31:0]  tgen_mode,
  output logic [63:0]  tgen_base,
  output logic [31:0]  tgen_pages,
  output logic [31:0]  tgen_stride,
  output logic [31:0]  tgen_count,
  output logic [31:0]  tgen_outstanding,
  output logic [31:0]  tgen_release_delay,
  output logic [63:0]  tgen_seed,
  output logic [31:0]  tgen_hist_shift,
  output logic [31:0]  tgen_hist_index,
  input  logic         tgen_running,
  input  logic         tgen_clearing,
  input  logic [31:0]  tgen_done,
  input  logic [31:0]  tgen_errors,
  input  logic [31:0]  tgen_retries,
  input  logic [31:0]  tgen_cycles,
  input  logic [63:0]  tgen_sum,
  input  logic [31:0]  tgen_lat_min,
  input  logic [31:0]  tgen_lat_max,
  input  logic [63:0]  tgen_lat_sum,
  input  logic [31:0]  tgen_hist_data,

  // AXI4 bridge
  output logic [31:0]  bridge_quota,
  output logic [31:0]  bridge_retry,
  output logic [31:0]  bridge_ctrl,
  input  logic         bridge_quiet,

  // sample NIC queue
  output cw_t::nic_set_t nic_set,
  input  cw_t::nic_stat_t nic_stat,

  // firmware log
  input  logic [31:0]  fwlog_head,
  output logic [31:0]  fwlog_addr,
  input  logic [31:0]  fwlog_data
);

  localparam logic [2:0] RD_WAIT = 3'd4;

  // ---- write channel ----
  logic        aw_q;           // address held
  logic        w_q;            // data held
  logic [15:0] waddr_q;
  logic [31:0] wdata;
  logic        wfull_q;        // all strobes
  logic        we;             // the write takes effect

  assign s_awready = !aw_q;
  assign s_wready  = !w_q;
  assign s_bresp   = 2'b00;
  assign we        = aw_q && w_q && !s_bvalid && wfull_q;

  always_ff @(posedge clk) begin
    if (!bus_rst_n) begin
      aw_q     <= 1'b0;
      w_q      <= 1'b0;
      s_bvalid <= 1'b0;
    end else begin
      if (s_awvalid && s_awready)
        aw_q <= 1'b1;
      if (s_wvalid && s_wready)
        w_q <= 1'b1;
      if (aw_q && w_q && !s_bvalid)
        s_bvalid <= 1'b1;
      else if (s_bvalid && s_bready) begin
        s_bvalid <= 1'b0;
        aw_q     <= 1'b0;
        w_q      <= 1'b0;
      end
    end
    if (s_awvalid && s_awready)
      waddr_q <= s_awaddr;
    if (s_wvalid && s_wready) begin
      wdata   <= s_wdata;
      wfull_q <= &s_wstrb;
    end
  end

  // ---- registers that are written ----
  logic        in_bells;
  assign in_bells = waddr_q >= cw_pkg::REG_DRING_DOORBELL && waddr_q[2:0] == 3'd0 &&
                    32'(waddr_q) - 32'(cw_pkg::REG_DRING_DOORBELL) < 8 * cw_pkg::NCTX;
  logic [31:0] control_q;
  logic [31:0] dirty_period_q;
  logic [31:0] flush_timeout_q;
  logic [31:0] irq_enable_q;
  logic [63:0] hot_cmd_base_q, hot_cpl_base_q, cold_cmd_base_q, cold_cpl_base_q, fault_base_q;
  logic [31:0] hot_cmd_ctrl_q, hot_cpl_ctrl_q, cold_cmd_ctrl_q, cold_cpl_ctrl_q, fault_ctrl_q;

  // Low words, until the high word comes.
  logic [31:0] hot_cmd_base_lo_q, hot_cpl_base_lo_q, cold_cmd_base_lo_q, cold_cpl_base_lo_q, fault_base_lo_q;
  logic [31:0] fault_data_lo_q;
  logic [31:0] nic_base_lo_q, nic_head_addr_lo_q, nic_seed_lo_q;
  logic [31:0] probe_addr_lo_q, tgen_base_lo_q, tgen_seed_lo_q;

  always_ff @(posedge clk) begin
    probe_start   <= 1'b0;
    tgen_start    <= 1'b0;
    tgen_stop     <= 1'b0;
    snap          <= 1'b0;
    reset_set     <= '0;
    hot_cpl_db_we  <= 1'b0;
    cold_cpl_db_we <= 1'b0;
    fault_db_we    <= 1'b0;
    dring_bell.valid <= 1'b0;
    if (!rst_n) begin
      control_q          <= cw_pkg::RST_CONTROL;
      flush_timeout_q    <= cw_pkg::RST_FLUSH_TIMEOUT;
      dirty_period_q     <= cw_pkg::RST_DIRTY_PERIOD;
      fw_watchdog        <= cw_pkg::RST_FW_WATCHDOG;
      irq_enable_q       <= cw_pkg::RST_IRQ_ENABLE;
      hot_cmd_base_q     <= cw_pkg::RST_HOT_CMD_BASE;
      hot_cmd_base_lo_q  <= cw_pkg::RST_HOT_CMD_BASE[31:0];
      hot_cmd_ctrl_q     <= cw_pkg::RST_HOT_CMD_CTRL;
      hot_cmd_doorbell   <= cw_pkg::RST_HOT_CMD_DOORBELL;
      hot_cpl_base_q     <= cw_pkg::RST_HOT_CPL_BASE;
      hot_cpl_base_lo_q  <= cw_pkg::RST_HOT_CPL_BASE[31:0];
      hot_cpl_ctrl_q     <= cw_pkg::RST_HOT_CPL_CTRL;
      hot_cpl_doorbell   <= cw_pkg::RST_HOT_CPL_DOORBELL;
      cold_cmd_base_q    <= cw_pkg::RST_COLD_CMD_BASE;
      cold_cmd_base_lo_q <= cw_pkg::RST_COLD_CMD_BASE[31:0];
      cold_cmd_ctrl_q    <= cw_pkg::RST_COLD_CMD_CTRL;
      cold_cmd_doorbell  <= cw_pkg::RST_COLD_CMD_DOORBELL;
      cold_cpl_base_q    <= cw_pkg::RST_COLD_CPL_BASE;
      cold_cpl_base_lo_q <= cw_pkg::RST_COLD_CPL_BASE[31:0];
      cold_cpl_ctrl_q    <= cw_pkg::RST_COLD_CPL_CTRL;
      cold_cpl_doorbell  <= cw_pkg::RST_COLD_CPL_DOORBELL;
      fault_base_q       <= cw_pkg::RST_FAULT_BASE;
      fault_base_lo_q    <= cw_pkg::RST_FAULT_BASE[31:0];
      fault_data_base    <= cw_pkg::RST_FAULT_DATA_BASE;
      fault_data_lo_q    <= cw_pkg::RST_FAULT_DATA_BASE[31:0];
      fault_ctrl_q       <= cw_pkg::RST_FAULT_CTRL;
      fault_doorbell     <= cw_pkg::RST_FAULT_DOORBELL;
      probe_addr         <= cw_pkg::RST_PROBE_ADDR;
      probe_addr_lo_q    <= cw_pkg::RST_PROBE_ADDR[31:0];
      tgen_ctx           <= cw_pkg::RST_TGEN_CTX;
      tgen_mode          <= cw_pkg::RST_TGEN_MODE;
      tgen_base          <= cw_pkg::RST_TGEN_BASE;
      tgen_base_lo_q     <= cw_pkg::RST_TGEN_BASE[31:0];
      tgen_pages         <= cw_pkg::RST_TGEN_PAGES;
      tgen_stride        <= cw_pkg::RST_TGEN_STRIDE;
      tgen_count         <= cw_pkg::RST_TGEN_COUNT;
      tgen_outstanding   <= cw_pkg::RST_TGEN_OUTSTANDING;
      tgen_release_delay <= cw_pkg::RST_TGEN_RELEASE_DELAY;
      tgen_seed          <= cw_pkg::RST_TGEN_SEED;
      tgen_seed_lo_q     <= cw_pkg::RST_TGEN_SEED[31:0];
      tgen_hist_shift    <= cw_pkg::RST_TGEN_HIST_SHIFT;
      bridge_quota       <= cw_pkg::RST_BRIDGE_QUOTA;
      bridge_retry       <= cw_pkg::RST_BRIDGE_RETRY;
      bridge_ctrl        <= cw_pkg::RST_BRIDGE_CTRL;
      nic_set.ctrl       <= cw_pkg::RST_NIC_CTRL;
      nic_set.ctx        <= cw_pkg::RST_NIC_CTX;
      nic_set.size       <= cw_pkg::RST_NIC_SIZE;
      nic_set.base       <= cw_pkg::RST_NIC_BASE;
      nic_base_lo_q      <= cw_pkg::RST_NIC_BASE[31:0];
      nic_set.head_addr  <= cw_pkg::RST_NIC_HEAD_ADDR;
      nic_head_addr_lo_q <= cw_pkg::RST_NIC_HEAD_ADDR[31:0];
      nic_set.seed       <= cw_pkg::RST_NIC_SEED;
      nic_seed_lo_q      <= cw_pkg::RST_NIC_SEED[31:0];
      nic_set.tail       <= cw_pkg::RST_NIC_TAIL;
      nic_set.hist_index <= cw_pkg::RST_NIC_HIST_INDEX;
      nic_set.hist_shift <= cw_pkg::RST_NIC_HIST_SHIFT;
      tgen_hist_index    <= cw_pkg::RST_TGEN_HIST_INDEX;
      fwlog_addr         <= cw_pkg::RST_FWLOG_ADDR;
    end else if (we) begin
      dring_bell.valid <= in_bells;
      dring_bell.ctx   <= waddr_q[3 +: cw_pkg::CTX_W];
      dring_bell.value <= wdata;
      case (waddr_q)
        cw_pkg::REG_CONTROL:            control_q          <= wdata;
        cw_pkg::REG_FLUSH_TIMEOUT:      flush_timeout_q    <= wdata;
        cw_pkg::REG_DIRTY_PERIOD:       dirty_period_q     <= wdata;
        cw_pkg::REG_FW_WATCHDOG:        fw_watchdog        <= wdata;
        cw_pkg::REG_SNAPSHOT:           snap               <= 1'b1;
        cw_pkg::REG_RESET:              reset_set.start    <= wdata[0];
        cw_pkg::REG_PORT_RESET:         reset_set.ports    <= wdata[cw_pkg::NPORT-1:0];
        cw_pkg::REG_IRQ_ENABLE:         irq_enable_q       <= wdata;

        cw_pkg::REG_HOT_CMD_BASE:       hot_cmd_base_lo_q  <= wdata;
        cw_pkg::REG_HOT_CMD_BASE_HI:    hot_cmd_base_q     <= {wdata, hot_cmd_base_lo_q};
        cw_pkg::REG_HOT_CMD_DOORBELL:   hot_cmd_doorbell   <= wdata;
        cw_pkg::REG_HOT_CMD_CTRL: begin
          hot_cmd_ctrl_q <= wdata;
          if (wdata[31] && !hot_cmd_ctrl_q[31])
            hot_cmd_doorbell <= 32'd0;
        end

        cw_pkg::REG_HOT_CPL_BASE:       hot_cpl_base_lo_q  <= wdata;
        cw_pkg::REG_HOT_CPL_BASE_HI:    hot_cpl_base_q     <= {wdata, hot_cpl_base_lo_q};
        cw_pkg::REG_HOT_CPL_DOORBELL: begin
          hot_cpl_doorbell <= wdata;
          hot_cpl_db_we    <= 1'b1;
        end
        cw_pkg::REG_HOT_CPL_CTRL: begin
          hot_cpl_ctrl_q <= wdata;
          if (wdata[31] && !hot_cpl_ctrl_q[31])
            hot_cpl_doorbell <= 32'd0;
        end

        cw_pkg::REG_COLD_CMD_BASE:      cold_cmd_base_lo_q <= wdata;
        cw_pkg::REG_COLD_CMD_BASE_HI:   cold_cmd_base_q    <= {wdata, cold_cmd_base_lo_q};
        cw_pkg::REG_COLD_CMD_DOORBELL:  cold_cmd_doorbell  <= wdata;
        cw_pkg::REG_COLD_CMD_CTRL: begin
          cold_cmd_ctrl_q <= wdata;
          if (wdata[31] && !cold_cmd_ctrl_q[31])
            cold_cmd_doorbell <= 32'd0;
        end

        cw_pkg::REG_COLD_CPL_BASE:      cold_cpl_base_lo_q <= wdata;
        cw_pkg::REG_COLD_CPL_BASE_HI:   cold_cpl_base_q    <= {wdata, cold_cpl_base_lo_q};
        cw_pkg::REG_COLD_CPL_DOORBELL: begin
          cold_cpl_doorbell <= wdata;
          cold_cpl_db_we    <= 1'b1;
        end
        cw_pkg::REG_COLD_CPL_CTRL: begin
          cold_cpl_ctrl_q <= wdata;
          if (wdata[31] && !cold_cpl_ctrl_q[31])
            cold_cpl_doorbell <= 32'd0;
        end

        cw_pkg::REG_FAULT_BASE:         fault_base_lo_q    <= wdata;
        cw_pkg::REG_FAULT_BASE_HI:      fault_base_q       <= {wdata, fault_base_lo_q};
        cw_pkg::REG_FAULT_DATA_BASE:    fault_data_lo_q    <= wdata;
        cw_pkg::REG_FAULT_DATA_BASE_HI: fault_data_base    <= {wdata, fault_data_lo_q};
        cw_pkg::REG_FAULT_DOORBELL: begin
          fault_doorbell <= wdata;
          fault_db_we    <= 1'b1;
        end
        cw_pkg::REG_FAULT_CTRL: begin
          fault_ctrl_q <= wdata;
          if (wdata[31] && !fault_ctrl_q[31])
            fault_doorbell <= 32'd0;
        end

        cw_pkg::REG_PROBE_ADDR:         probe_addr_lo_q    <= wdata;
        cw_pkg::REG_PROBE_ADDR_HI:      probe_addr         <= {wdata, probe_addr_lo_q};
        cw_pkg::REG_PROBE_CMD:          probe_start        <= 1'b1;

        cw_pkg::REG_TGEN_CTRL: begin
          tgen_start <= wdata[0];
          tgen_stop  <= wdata[1];
        end
        cw_pkg::REG_TGEN_CTX:           tgen_ctx           <= wdata;
        cw_pkg::REG_TGEN_MODE:          tgen_mode          <= wdata;
        cw_pkg::REG_TGEN_BASE:          tgen_base_lo_q     <= wdata;
        cw_pkg::REG_TGEN_BASE_HI:       tgen_base          <= {wdata, tgen_base_lo_q};
        cw_pkg::REG_TGEN_PAGES:         tgen_pages         <= wdata;
        cw_pkg::REG_TGEN_STRIDE:        tgen_stride        <= wdata;
        cw_pkg::REG_TGEN_COUNT:         tgen_count         <= wdata;
        cw_pkg::REG_TGEN_OUTSTANDING:   tgen_outstanding   <= wdata;
        cw_pkg::REG_TGEN_RELEASE_DELAY: tgen_release_delay <= wdata;
        cw_pkg::REG_TGEN_SEED:          tgen_seed_lo_q     <= wdata;
        cw_pkg::REG_TGEN_SEED_HI:       tgen_seed          <= {wdata, tgen_seed_lo_q};
        cw_pkg::REG_TGEN_HIST_SHIFT:    tgen_hist_shift    <= wdata;
        cw_pkg::REG_BRIDGE_QUOTA:       bridge_quota       <= wdata;
        cw_pkg::REG_BRIDGE_RETRY:       bridge_retry       <= wdata;
        cw_pkg::REG_BRIDGE_CTRL:        bridge_ctrl        <= wdata;
        cw_pkg::REG_NIC_CTRL:           nic_set.ctrl       <= wdata;
        cw_pkg::REG_NIC_CTX:            nic_set.ctx        <= wdata;
        cw_pkg::REG_NIC_SIZE:           nic_set.size       <= wdata;
        cw_pkg::REG_NIC_BASE:           nic_base_lo_q      <= wdata;
        cw_pkg::REG_NIC_BASE_HI:        nic_set.base       <= {wdata, nic_base_lo_q};
        cw_pkg::REG_NIC_HEAD_ADDR:      nic_head_addr_lo_q <= wdata;
        cw_pkg::REG_NIC_HEAD_ADDR_HI:   nic_set.head_addr  <= {wdata, nic_head_addr_lo_q};
        cw_pkg::REG_NIC_SEED:           nic_seed_lo_q      <= wdata;
        cw_pkg::REG_NIC_SEED_HI:        nic_set.seed       <= {wdata, nic_seed_lo_q};
        cw_pkg::REG_NIC_TAIL:           nic_set.tail       <= wdata;
        cw_pkg::REG_NIC_HIST_INDEX:     nic_set.hist_index <= wdata;
        cw_pkg::REG_NIC_HIST_SHIFT:     nic_set.hist_shift <= wdata;
        cw_pkg::REG_TGEN_HIST_INDEX:    tgen_hist_index    <= wdata;
        cw_pkg::REG_FWLOG_ADDR:         fwlog_addr         <= wdata;
        default: ;
      endcase
    end
    if (reset_stat.ports[cw_pkg::PORT_BRIDGE]) nic_set.ctrl <= '0;
  end

  // The data register keeps the word until the answer is taken, so the probe's fields are stable at its start.
  assign probe_ctx   = wdata[15:0];
  assign probe_tag   = wdata[19:16];
  assign probe_write = wdata[24];

  assign bme           = control_q[0];
  assign dirty_period  = dirty_period_q[4:0];
  assign flush_timeout = (flush_timeout_q == 32'd0) ? 32'd1 : flush_timeout_q;

  // ---- what the rings see ----
  function automatic logic ring_on(input logic on, input logic [4:0] size);
    ring_on = on && 32'(size) >= cw_pkg::RING_LOG2_MIN && 32'(size) <= cw_pkg::RING_LOG2_MAX;
  endfunction

  assign hot_cmd_base       = {hot_cmd_base_q[63:12], 12'd0};
  assign hot_cmd_size_log2  = hot_cmd_ctrl_q[4:0];
  assign hot_cmd_enable     = ring_on(hot_cmd_ctrl_q[31], hot_cmd_ctrl_q[4:0]);
  assign hot_cpl_base       = {hot_cpl_base_q[63:12], 12'd0};
  assign hot_cpl_size_log2  = hot_cpl_ctrl_q[4:0];
  assign hot_cpl_enable     = ring_on(hot_cpl_ctrl_q[31], hot_cpl_ctrl_q[4:0]);
  assign cold_cmd_base      = {cold_cmd_base_q[63:12], 12'd0};
  assign cold_cmd_size_log2 = cold_cmd_ctrl_q[4:0];
  assign cold_cmd_enable    = ring_on(cold_cmd_ctrl_q[31], cold_cmd_ctrl_q[4:0]);
  assign cold_cpl_base      = {cold_cpl_base_q[63:12], 12'd0};
  assign cold_cpl_size_log2 = cold_cpl_ctrl_q[4:0];
  assign cold_cpl_enable    = ring_on(cold_cpl_ctrl_q[31], cold_cpl_ctrl_q[4:0]);
  assign fault_base         = {fault_base_q[63:12], 12'd0};
  assign fault_size_log2    = fault_ctrl_q[4:0];
  assign fault_enable       = ring_on(fault_ctrl_q[31], fault_ctrl_q[4:0]);

  // ---- errors and interrupts ----
  logic table_seen_q;
  logic host_seen_q;
  logic ring_seen_q;
  logic dead_q;
  logic error_irq;
  logic [cw_pkg::NPORT-1:0] hung, hung_q, reset_q, starts, needs_flr;
  logic flr, flr_q;

  assign hung = fenced | reset_stat.ports;
  assign flr  = needs_flr != '0 || reset_stat.stuck != '0 || reset_stat.flr;
  assign irq_enable = {irq_enable_q[4], irq_enable_q[2:0]};
  assign error_irq = (table_error && !table_seen_q) || (host_error && !host_seen_q) ||
                     (ring_error && !ring_seen_q) || (fw_dead && !dead_q) || (flr && !flr_q);

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      table_seen_q  <= 1'b0;
      host_seen_q   <= 1'b0;
      ring_seen_q   <= 1'b0;
      dead_q        <= 1'b0;
      irq           <= 5'd0;
      ev_interrupts <= 3'd0;
    end else begin
      table_seen_q  <= table_seen_q || table_error;
      host_seen_q   <= host_seen_q || host_error;
      ring_seen_q   <= ring_seen_q || ring_error;
      dead_q        <= fw_dead;
      irq           <= {dring_irq, error_irq && irq_enable_q[3], ring_irq};
      ev_interrupts <= 3'(irq[0]) + 3'(irq[1]) + 3'(irq[2]) + 3'(irq[3]) + 3'(irq[4]);
    end
  end

  // ---- a fence or a reset that does not end: each port by itself; a reset of a fenced port has its whole time ----
  assign starts = (hung & ~hung_q) | (reset_stat.ports & ~reset_q);
  always_ff @(posedge clk) begin
    if (!rst_n) begin
      hung_q    <= '0;
      reset_q   <= '0;
      flr_q     <= 1'b0;
    end else begin
      hung_q  <= hung;
      reset_q <= reset_stat.ports;
      flr_q   <= flr;
    end
  end
  for (genvar p = 0; p < cw_pkg::NPORT; p++) begin : g_hung
    logic [31:0] since;          // cycles
    logic        late;
    always_ff @(posedge clk) begin
      if (!rst_n) begin
        since <= '0;
        late  <= 1'b0;
      end else begin
        if (starts[p]) since <= '0;
        else if (hung[p] && since < flush_timeout) since <= since + 32'd1;
        late <= hung[p] && !starts[p] && (late || since >= flush_timeout);
      end
    end
    assign needs_flr[p] = late;
  end

  // ---- read channel ----
  typedef enum logic [1:0] { RD_IDLE, RD_LOOK, RD_ANSWER } rd_t;
  rd_t         rd_q;
  logic [15:0] raddr_q;
  logic [2:0]  wait_q;
  logic [15:0] bank;           // counters: bytes into the bank
  logic        in_counters;
  logic        in_probes;
  logic        in_holders;
  logic        in_indices;
  logic        look_done;

  assign bank         = raddr_q - cw_pkg::REG_COUNTER_LO;
  assign in_counters  = raddr_q >= cw_pkg::REG_COUNTER_LO && raddr_q[1:0] == 2'd0 &&
                        32'(bank) < cw_pkg::REG_COUNTER_LO_COUNT * cw_pkg::REG_COUNTER_LO_STRIDE;
  assign in_probes    = raddr_q >= cw_pkg::REG_PROBE_RESULT && raddr_q[1:0] == 2'd0 &&
                        32'(raddr_q) - 32'(cw_pkg::REG_PROBE_RESULT) <
                        cw_pkg::REG_PROBE_RESULT_COUNT * cw_pkg::REG_PROBE_RESULT_STRIDE;
  assign ctr_idx      = bank[10:3];
  assign in_holders   = raddr_q >= cw_pkg::REG_HOLDER && raddr_q[1:0] == 2'd0 &&
                        32'(raddr_q) - 32'(cw_pkg::REG_HOLDER) < cw_pkg::REG_HOLDER_COUNT * cw_pkg::REG_HOLDER_STRIDE;
  assign in_indices   = raddr_q >= cw_pkg::REG_DRING_DOORBELL && raddr_q[2:0] == 3'd4 &&
                        32'(raddr_q) - 32'(cw_pkg::REG_DRING_DOORBELL) < 8 * cw_pkg::NCTX;
  assign dring_rd     = raddr_q[3 +: cw_pkg::CTX_W];
  assign probe_rd_tag = raddr_q[7:4] - cw_pkg::REG_PROBE_RESULT[7:4];
  assign look_done    = wait_q == RD_WAIT && !snap_busy;
  assign s_arready    = rd_q == RD_IDLE;
  assign s_rvalid     = rd_q == RD_ANSWER;
  assign s_rresp      = 2'b00;

  always_ff @(posedge clk) begin
    if (!bus_rst_n) begin
      rd_q   <= RD_IDLE;
      wait_q <= '0;
    end else begin
      unique case (rd_q)
        RD_IDLE:   if (s_arvalid) rd_q <= RD_LOOK;
        RD_LOOK:   if (look_done) rd_q <= RD_ANSWER;
        RD_ANSWER: if (s_rready) rd_q <= RD_IDLE;
        default:   rd_q <= RD_IDLE;
      endcase
      wait_q <= (rd_q != RD_LOOK) ? '0 : (wait_q == RD_WAIT) ? RD_WAIT : wait_q + 1'b1;
    end
    if (s_arvalid && s_arready)
      raddr_q <= s_araddr;
    if (rd_q == RD_LOOK) begin
      s_rdata <= 32'd0;
      if (in_counters)
        s_rdata <= bank[2] ? ctr_data[63:32] : ctr_data[31:0];
      else if (in_indices)
        s_rdata <= dring_index;
      else if (in_holders)
        s_rdata <= holder[raddr_q[2 +: cw_pkg::PORT_W]*32 +: 32];
      else if (in_probes) begin
        case (raddr_q[3:0])
          cw_pkg::REG_PROBE_RESULT[3:0]: s_rdata <= probe_rd_result;
          cw_pkg::REG_PROBE_PA_LO[3:0]:  s_rdata <= probe_rd_pa[31:0];
          cw_pkg::REG_PROBE_PA_HI[3:0]:  s_rdata <= probe_rd_pa[63:32];
          default: ;
        endcase
      end else begin
        case (raddr_q)
          cw_pkg::REG_ID:                 s_rdata <= cw_pkg::RST_ID;
          cw_pkg::REG_VERSION:            s_rdata <= cw_pkg::RST_VERSION;
          cw_pkg::REG_BUILD_HASH:         s_rdata <= cw_pkg::RST_BUILD_HASH;
          cw_pkg::REG_STATUS:             s_rdata <= {23'd0, flr, fenced != '0, ring_seen_q, bme,
                                                  host_seen_q, table_seen_q, fw_test_failed, fw_dead, fw_ready};
          cw_pkg::REG_CONTROL:            s_rdata <= control_q;
          cw_pkg::REG_CAP_PORTS:          s_rdata <= {8'(cw_pkg::TAG_W), 8'(cw_pkg::PORT_TGEN), 8'(cw_pkg::NPORT),
                                                  8'(cw_pkg::NPORT_STREAM)};
          cw_pkg::REG_CAP_CONTEXTS:       s_rdata <= {16'(cw_pkg::NDOM), 16'(cw_pkg::NCTX)};
          cw_pkg::REG_CAP_WALK:           s_rdata <= {8'(WC_ENTRIES), 16'(cw_pkg::NWAIT), 8'(NSLOT)};
          cw_pkg::REG_CAP_TLB:            s_rdata <= {8'(cw_pkg::LINE_BYTES / 8), 8'(TLB_WAYS), 16'(TLB_SETS)};
          cw_pkg::REG_CAP_PARK:           s_rdata <= {16'(cw_pkg::NFLUSH), 16'(cw_pkg::NPARK)};
          cw_pkg::REG_CAP_HOT_OPS:        s_rdata <= cw_pkg::CAP_HOT_OPS;
          cw_pkg::REG_CAP_ENTRY:          s_rdata <= {16'd0, 8'(TLB_LARGE), 8'(PA_BITS)};
          cw_pkg::REG_CAP_CLOCK:          s_rdata <= cw_pkg::RST_CAP_CLOCK;
          cw_pkg::REG_CAP_TABLE_SIZE:     s_rdata <= TABLE_BYTES[31:0];
          cw_pkg::REG_CAP_TABLE_SIZE_HI:  s_rdata <= TABLE_BYTES[63:32];
          cw_pkg::REG_CYCLE:              s_rdata <= snap_cycle[31:0];
          cw_pkg::REG_CYCLE_HI:           s_rdata <= snap_cycle[63:32];
          cw_pkg::REG_FLUSH_TIMEOUT:      s_rdata <= flush_timeout_q;
          cw_pkg::REG_DIRTY_PERIOD:       s_rdata <= dirty_period_q;
          cw_pkg::REG_FW_WATCHDOG:        s_rdata <= fw_watchdog;
          cw_pkg::REG_FW_HEARTBEAT:       s_rdata <= fw_heartbeat;
          cw_pkg::REG_FW_VERSION:         s_rdata <= fw_version;
          cw_pkg::REG_IRQ_ENABLE:         s_rdata <= irq_enable_q;
          cw_pkg::REG_FENCED:             s_rdata <= 32'(fenced);
          cw_pkg::REG_NEEDS_FLR:          s_rdata <= {13'd0, reset_stat.flr, reset_stat.stuck, 16'(needs_flr)};
          cw_pkg::REG_RESET_STATUS:       s_rdata <= {reset_stat.done, 14'd0, reset_stat.flr, reset_stat.busy};
          cw_pkg::REG_PORTS_IN_RESET:     s_rdata <= 32'(reset_stat.ports);
          cw_pkg::REG_RING_FAULTS:        s_rdata <= 32'(ring_faults);
          cw_pkg::REG_HOT_CMD_BASE:       s_rdata <= hot_cmd_base_q[31:0];
          cw_pkg::REG_HOT_CMD_BASE_HI:    s_rdata <= hot_cmd_base_q[63:32];
          cw_pkg::REG_HOT_CMD_CTRL:       s_rdata <= hot_cmd_ctrl_q;
          cw_pkg::REG_HOT_CMD_DOORBELL:   s_rdata <= hot_cmd_doorbell;
          cw_pkg::REG_HOT_CMD_INDEX:      s_rdata <= hot_cmd_index;
          cw_pkg::REG_HOT_CPL_BASE:       s_rdata <= hot_cpl_base_q[31:0];
          cw_pkg::REG_HOT_CPL_BASE_HI:    s_rdata <= hot_cpl_base_q[63:32];
          cw_pkg::REG_HOT_CPL_CTRL:       s_rdata <= hot_cpl_ctrl_q;
          cw_pkg::REG_HOT_CPL_DOORBELL:   s_rdata <= hot_cpl_doorbell;
          cw_pkg::REG_HOT_CPL_INDEX:      s_rdata <= hot_cpl_index;
          cw_pkg::REG_COLD_CMD_BASE:      s_rdata <= cold_cmd_base_q[31:0];
          cw_pkg::REG_COLD_CMD_BASE_HI:   s_rdata <= cold_cmd_base_q[63:32];
          cw_pkg::REG_COLD_CMD_CTRL:      s_rdata <= cold_cmd_ctrl_q;
          cw_pkg::REG_COLD_CMD_DOORBELL:  s_rdata <= cold_cmd_doorbell;
          cw_pkg::REG_COLD_CMD_INDEX:     s_rdata <= cold_cmd_index;
          cw_pkg::REG_COLD_CPL_BASE:      s_rdata <= cold_cpl_base_q[31:0];
          cw_pkg::REG_COLD_CPL_BASE_HI:   s_rdata <= cold_cpl_base_q[63:32];
          cw_pkg::REG_COLD_CPL_CTRL:      s_rdata <= cold_cpl_ctrl_q;
          cw_pkg::REG_COLD_CPL_DOORBELL:  s_rdata <= cold_cpl_doorbell;
          cw_pkg::REG_COLD_CPL_INDEX:     s_rdata <= cold_cpl_index;
          cw_pkg::REG_FAULT_BASE:         s_rdata <= fault_base_q[31:0];
          cw_pkg::REG_FAULT_BASE_HI:      s_rdata <= fault_base_q[63:32];
          cw_pkg::REG_FAULT_CTRL:         s_rdata <= fault_ctrl_q;
          cw_pkg::REG_FAULT_DOORBELL:     s_rdata <= fault_doorbell;
          cw_pkg::REG_FAULT_INDEX:        s_rdata <= fault_index;
          cw_pkg::REG_FAULT_DATA_BASE:    s_rdata <= fault_data_base[31:0];
          cw_pkg::REG_FAULT_DATA_BASE_HI: s_rdata <= fault_data_base[63:32];
          cw_pkg::REG_PROBE_ADDR:         s_rdata <= probe_addr[31:0];
          cw_pkg::REG_PROBE_ADDR_HI:      s_rdata <= probe_addr[63:32];
          cw_pkg::REG_TGEN_STATUS:        s_rdata <= {30'd0, tgen_clearing, tgen_running};
          cw_pkg::REG_TGEN_CTX:           s_rdata <= tgen_ctx;
          cw_pkg::REG_TGEN_MODE:          s_rdata <= tgen_mode;
          cw_pkg::REG_TGEN_BASE:          s_rdata <= tgen_base[31:0];
          cw_pkg::REG_TGEN_BASE_HI:       s_rdata <= tgen_base[63:32];
          cw_pkg::REG_TGEN_PAGES:         s_rdata <= tgen_pages;
          cw_pkg::REG_TGEN_STRIDE:        s_rdata <= tgen_stride;
          cw_pkg::REG_TGEN_COUNT:         s_rdata <= tgen_count;
          cw_pkg::REG_TGEN_OUTSTANDING:   s_rdata <= tgen_outstanding;
          cw_pkg::REG_TGEN_RELEASE_DELAY: s_rdata <= tgen_release_delay;
          cw_pkg::REG_TGEN_SEED:          s_rdata <= tgen_seed[31:0];
          cw_pkg::REG_TGEN_SEED_HI:       s_rdata <= tgen_seed[63:32];
          cw_pkg::REG_TGEN_DONE:          s_rdata <= tgen_done;
          cw_pkg::REG_TGEN_ERRORS:        s_rdata <= tgen_errors;
          cw_pkg::REG_TGEN_RETRIES:       s_rdata <= tgen_retries;
          cw_pkg::REG_TGEN_CYCLES:        s_rdata <= tgen_cycles;
          cw_pkg::REG_TGEN_SUM:           s_rdata <= tgen_sum[31:0];
          cw_pkg::REG_TGEN_SUM_HI:        s_rdata <= tgen_sum[63:32];
          cw_pkg::REG_TGEN_LAT_MIN:       s_rdata <= tgen_lat_min;
          cw_pkg::REG_TGEN_LAT_MAX:       s_rdata <= tgen_lat_max;
          cw_pkg::REG_TGEN_LAT_SUM:       s_rdata <= tgen_lat_sum[31:0];
          cw_pkg::REG_TGEN_LAT_SUM_HI:    s_rdata <= tgen_lat_sum[63:32];
          cw_pkg::REG_TGEN_HIST_INDEX:    s_rdata <= tgen_hist_index;
          cw_pkg::REG_TGEN_HIST_DATA:     s_rdata <= tgen_hist_data;
          cw_pkg::REG_TGEN_HIST_SHIFT:    s_rdata <= tgen_hist_shift;
          cw_pkg::REG_BRIDGE_QUOTA:       s_rdata <= bridge_quota;
          cw_pkg::REG_BRIDGE_RETRY:       s_rdata <= bridge_retry;
          cw_pkg::REG_BRIDGE_CTRL:        s_rdata <= bridge_ctrl;
          cw_pkg::REG_BRIDGE_STATUS:      s_rdata <= {31'd0, bridge_quiet};
          cw_pkg::REG_NIC_CTRL:           s_rdata <= nic_set.ctrl;
          cw_pkg::REG_NIC_STATUS:         s_rdata <= {30'd0, nic_stat.halted, nic_stat.busy};
          cw_pkg::REG_NIC_CTX:            s_rdata <= nic_set.ctx;
          cw_pkg::REG_NIC_SIZE:           s_rdata <= nic_set.size;
          cw_pkg::REG_NIC_BASE:           s_rdata <= nic_set.base[31:0];
          cw_pkg::REG_NIC_BASE_HI:        s_rdata <= nic_set.base[63:32];
          cw_pkg::REG_NIC_HEAD_ADDR:      s_rdata <= nic_set.head_addr[31:0];
          cw_pkg::REG_NIC_HEAD_ADDR_HI:   s_rdata <= nic_set.head_addr[63:32];
          cw_pkg::REG_NIC_SEED:           s_rdata <= nic_set.seed[31:0];
          cw_pkg::REG_NIC_SEED_HI:        s_rdata <= nic_set.seed[63:32];
          cw_pkg::REG_NIC_TAIL:           s_rdata <= nic_set.tail;
          cw_pkg::REG_NIC_HEAD:           s_rdata <= nic_stat.head;
          cw_pkg::REG_NIC_ERRORS:         s_rdata <= nic_stat.errors;
          cw_pkg::REG_NIC_BAD_BYTES:      s_rdata <= nic_stat.bad_bytes;
          cw_pkg::REG_NIC_BURSTS:         s_rdata <= nic_stat.bursts;
          cw_pkg::REG_NIC_WBEATS:         s_rdata <= nic_stat.wbeats;
          cw_pkg::REG_NIC_RBEATS:         s_rdata <= nic_stat.rbeats;
          cw_pkg::REG_NIC_CYCLES:         s_rdata <= nic_stat.cycles;
          cw_pkg::REG_NIC_LAT_MIN:        s_rdata <= nic_stat.lat_min;
          cw_pkg::REG_NIC_LAT_MAX:        s_rdata <= nic_stat.lat_max;
          cw_pkg::REG_NIC_LAT_SUM:        s_rdata <= nic_stat.lat_sum[31:0];
          cw_pkg::REG_NIC_LAT_SUM_HI:     s_rdata <= nic_stat.lat_sum[63:32];
          cw_pkg::REG_NIC_HIST_INDEX:     s_rdata <= nic_set.hist_index;
          cw_pkg::REG_NIC_HIST_DATA:      s_rdata <= nic_stat.hist_data;
          cw_pkg::REG_NIC_HIST_SHIFT:     s_rdata <= nic_set.hist_shift;
          cw_pkg::REG_DRING_SOFT:         s_rdata <= dring_soft[31:0];
          cw_pkg::REG_DRING_SOFT_HI:      s_rdata <= dring_soft[63:32];
          cw_pkg::REG_FWLOG_HEAD:         s_rdata <= fwlog_head;
          cw_pkg::REG_FWLOG_ADDR:         s_rdata <= fwlog_addr;
          cw_pkg::REG_FWLOG_DATA:         s_rdata <= fwlog_data;
          default: ;
        endcase
      end
    end
  end

endmodule
