// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Mailbox: the words of firmware/mailbox.def, between the soft CPU and the engine.
//
// Bus: `bus_valid` with address and data stays until `bus_ready`; a word is answered in the second cycle, SLEEP when
// one of its events comes or at the next tick, so that nothing waits for ever.
// Cold commands: one at a time. The command is copied before it is taken from its ring, so what the ring does later
// does not reach it. Its completion carries the id, opcode and index that came with it, whatever the firmware writes.
// While `dead` is 1, hardware completes every command with FW_FAULT, and the firmware's bus writes nothing.
// Hot commands: the words stay unchanged until the engine has taken them; a completion with another id than that of
// the command sent last is ignored, so a late one cannot be mistaken. Table writes and CTX_ABORT are one-cycle pulses.
module cw_mailbox #(
  parameter longint unsigned TABLE_BYTES = 64'h0400_0000
) (
  input  logic                       clk,
  input  logic                       rst_n,
  output logic                       asleep,         // the CPU waits in SLEEP, and nothing has come

  // CPU
  input  logic                       bus_valid,
  output logic                       bus_ready,
  input  logic [6:0]                 bus_word,
  input  logic                       bus_write,
  input  logic [31:0]                bus_wdata,
  output logic [31:0]                bus_rdata,

  // host registers
  input  logic                       dead,
  output logic                       beat,           // pulse: heartbeat
  output logic                       ready,
  output logic                       test_failed,
  output logic [31:0]                heartbeat,
  output logic [31:0]                version,
  output logic [31:0]                log_head,
  input  logic [31:0]                flush_timeout,

  // cold ring
  input  logic                       cmd_valid,
  output logic                       cmd_ready,
  input  logic [1023:0]              cmd,
  input  logic [31:0]                cmd_index,
  output logic                       cpl_valid,
  input  logic                       cpl_ready,
  output cw_t::cpl_t                 cpl,

  // hot commands of the firmware
  output logic                       fwc_valid,
  input  logic                       fwc_ready,
  output logic [1023:0]              fwc,
  input  logic                       fwcpl_valid,
  input  cw_t::cpl_t                 fwcpl,

  // tables
  output logic                       ctxw_valid,
  output logic [cw_pkg::CTX_W-1:0]   ctxw_idx,
  output cw_t::ctx_t                 ctxw,
  output logic                       domw_valid,
  output logic [cw_pkg::DOM_W-1:0]   domw_idx,
  output cw_t::dom_t                 domw,
  output logic                       portw_valid,
  output logic [cw_pkg::PORT_W-1:0]  portw_idx,
  output cw_t::port_range_t          portw,
  output logic                       ctx_abort_valid,
  output logic [cw_pkg::CTX_W-1:0]   ctx_abort_idx,
  input  logic                       ctx_abort_busy,
  output logic                       logw_valid,
  output cw_t::log_set_t             logw,
  input  logic                       logw_busy,
  output logic                       dringw_valid,
  output cw_t::dring_set_t           dringw,
  input  logic                       dringw_busy,

  // counters
  input  logic [63:0]                cycle,
  output logic                       snap,
  input  logic                       snap_busy,
  input  logic [63:0]                snap_cycle,
  output logic                       ev_cold_cmds,
  output logic                       ev_cmd_errors
);

  localparam int unsigned TICK_LG = 12;

  // ---- bus: first cycle looks, second one answers ----
  logic        look;
  logic        wr;              // a write takes effect
  logic        answered_q;
  logic        tick;
  logic [31:0] event_word;
  logic [31:0] rd;

  assign look   = bus_valid && !answered_q;
  assign wr     = look && bus_write && !dead;
  assign asleep = look && bus_write && bus_word == cw_mbox::SLEEP && (bus_wdata & event_word) == 32'd0 && !tick &&
                  !dead;
  assign tick   = cycle[TICK_LG-1:0] == '0;

  always_ff @(posedge clk) begin
    if (!rst_n)
      answered_q <= 1'b0;
    else
      answered_q <= look && !asleep;
    if (look)
      bus_rdata <= rd;
  end

  assign bus_ready = answered_q;

  // ---- plain words ----
  logic [31:0] status_q;
  logic [31:0] scratch_q;
  logic [31:0] ctx_cfg_q;
  logic [63:0] ctx_root_q;
  logic [31:0] ctx_gen_q;
  logic [31:0] ctx_limits_q;
  logic [31:0] dom_gen_q;
  logic [31:0] dom_ports_q;
  logic [31:0] port_range_q;
  logic [1:0]  dom_log_q;
  logic [63:0] log_root_q;
  logic [31:0] log_size_q;
  logic [2:0]  log_what_q;
  logic [63:0] dring_base_q;
  logic [31:0] dring_limit_q;
  logic [4:0]  dring_log2_q;
  logic [63:0] value_q;
  logic [63:0] info_q;
  logic [15:0] number_q;        // context, domain or port of a pulse
  logic        port_on_q;

  always_ff @(posedge clk) begin
    beat            <= 1'b0;
    snap            <= 1'b0;
    ctxw_valid      <= 1'b0;
    domw_valid      <= 1'b0;
    portw_valid     <= 1'b0;
    ctx_abort_valid <= 1'b0;
    logw_valid      <= 1'b0;
    dringw_valid    <= 1'b0;
    if (!rst_n) begin
      status_q     <= 32'd0;
      heartbeat    <= 32'd0;
      version      <= 32'd0;
      log_head     <= 32'd0;
      scratch_q    <= 32'd0;
      ctx_cfg_q    <= 32'd0;
      ctx_root_q   <= 64'd0;
      ctx_gen_q    <= 32'd0;
      ctx_limits_q <= 32'd0;
      dom_gen_q    <= 32'd0;
      dom_ports_q  <= 32'd0;
      port_range_q <= 32'd0;
      dom_log_q    <= 2'd0;
      log_root_q   <= 64'd0;
      log_size_q   <= 32'd0;
      log_what_q   <= 3'd0;
      dring_base_q <= 64'd0;
      dring_limit_q <= 32'd0;
      dring_log2_q <= 5'd0;
      value_q      <= 64'd0;
      info_q       <= 64'd0;
      number_q     <= 16'd0;
      port_on_q    <= 1'b0;
    end else if (wr) begin
      case (bus_word)
        cw_mbox::STATUS:       status_q          <= bus_wdata;
        cw_mbox::HEARTBEAT: begin
          heartbeat <= heartbeat + 32'd1;
          beat      <= 1'b1;
        end
        cw_mbox::VERSION:      version           <= bus_wdata;
        cw_mbox::LOG_HEAD:     log_head          <= bus_wdata;
        cw_mbox::SNAP:         snap              <= 1'b1;
        cw_mbox::SCRATCH:      scratch_q         <= bus_wdata;
        cw_mbox::CTX_CFG:      ctx_cfg_q         <= bus_wdata;
        cw_mbox::CTX_ROOT_LO:  ctx_root_q[31:0]  <= bus_wdata;
        cw_mbox::CTX_ROOT_HI:  ctx_root_q[63:32] <= bus_wdata;
        cw_mbox::CTX_GEN:      ctx_gen_q         <= bus_wdata;
        cw_mbox::CTX_LIMITS:   ctx_limits_q      <= bus_wdata;
        cw_mbox::DOM_MMIO_GEN: dom_gen_q         <= bus_wdata;
        cw_mbox::DOM_PORTS:    dom_ports_q       <= bus_wdata;
        cw_mbox::PORT_RANGE:   port_range_q      <= bus_wdata;
        cw_mbox::DOM_LOG:      dom_log_q         <= bus_wdata[1:0];
        cw_mbox::LOG_ROOT_LO:  log_root_q[31:0]  <= bus_wdata;
        cw_mbox::LOG_ROOT_HI:  log_root_q[63:32] <= bus_wdata;
        cw_mbox::LOG_SIZE:     log_size_q        <= bus_wdata;
        cw_mbox::LOG_COMMIT: begin
          logw_valid <= !logw_busy && !logw_valid;
          number_q   <= {8'd0, bus_wdata[7:0]};
          log_what_q <= bus_wdata[10:8];
        end
        cw_mbox::DRING_BASE_LO: dring_base_q[31:0]  <= bus_wdata;
        cw_mbox::DRING_BASE_HI: dring_base_q[63:32] <= bus_wdata;
        cw_mbox::DRING_LIMIT:   dring_limit_q       <= bus_wdata;
        cw_mbox::DRING_COMMIT: begin
          dringw_valid <= !dringw_busy && !dringw_valid;
          number_q     <= bus_wdata[15:0];
          dring_log2_q <= bus_wdata[20:16];
        end
        cw_mbox::CPL_VALUE_LO: value_q[31:0]     <= bus_wdata;
        cw_mbox::CPL_VALUE_HI: value_q[63:32]    <= bus_wdata;
        cw_mbox::CPL_INFO_LO:  info_q[31:0]      <= bus_wdata;
        cw_mbox::CPL_INFO_HI:  info_q[63:32]     <= bus_wdata;
        cw_mbox::CTX_COMMIT: begin
          ctxw_valid <= 1'b1;
          number_q   <= bus_wdata[15:0];
        end
        cw_mbox::DOM_COMMIT: begin
          domw_valid <= 1'b1;
          number_q   <= bus_wdata[15:0];
        end
        cw_mbox::PORT_COMMIT: begin
          portw_valid <= 1'b1;
          number_q    <= bus_wdata[15:0];
          port_on_q   <= bus_wdata[31];
        end
        cw_mbox::CTX_ABORT: begin
          ctx_abort_valid <= 1'b1;
          number_q        <= bus_wdata[15:0];
        end
        default: ;
      endcase
    end
  end

  assign ready       = status_q[cw_mbox::STATUS_READY];
  assign test_failed = status_q[cw_mbox::STATUS_TEST_FAILED];

  assign ctxw_idx       = number_q[cw_pkg::CTX_W-1:0];
  assign ctxw.valid     = ctx_cfg_q[0];
  assign ctxw.level5    = ctx_cfg_q[1];
  assign ctxw.flavour   = ctx_cfg_q[2];
  assign ctxw.shadow    = ctx_cfg_q[3];
  assign ctxw.ad        = ctx_cfg_q[4];
  assign ctxw.fix       = ctx_cfg_q[5];
  assign ctxw.domain    = ctx_cfg_q[8 +: cw_pkg::DOM_W];
  assign ctxw.space     = ctx_cfg_q[16 +: cw_pkg::SPACE_W];
  assign ctxw.gen       = ctx_gen_q[cw_pkg::GEN_W-1:0];
  assign ctxw.quota     = ctx_gen_q[16 +: cw_pkg::PARK_W + 1];
  assign ctxw.walks     = ctx_limits_q[16 +: cw_pkg::SLOT_W + 1];
  assign ctxw.dirty     = ctx_limits_q[15:0];
  assign ctxw.bursts    = ctx_limits_q[31:24];
  assign ctxw.root      = ctx_root_q[cw_pkg::PA_W-1:12];
  assign domw_idx       = number_q[cw_pkg::DOM_W-1:0];
  assign domw.mmio_gen  = dom_gen_q[18:0];
  assign domw.ports     = dom_ports_q[cw_pkg::NPORT-1:0];
  assign domw.log_mode  = dom_log_q;
  assign domw.log_epoch = 1'b0;
  assign logw.dom       = number_q[cw_pkg::DOM_W-1:0];
  assign logw.directory = log_what_q[0];
  assign logw.flip      = log_what_q[1];
  assign logw.all_dirty = log_what_q[2];
  assign logw.root      = log_root_q[cw_pkg::PA_W-1:12];
  assign logw.size      = log_size_q[cw_pkg::LOG_DIR_W:0];
  assign dringw.ctx     = number_q[cw_pkg::CTX_W-1:0];
  assign dringw.log2    = dring_log2_q;
  assign dringw.base    = dring_base_q[63:12];
  assign dringw.limit   = dring_limit_q[16:0];
  assign portw_idx      = number_q[cw_pkg::PORT_W-1:0];
  assign portw.enable   = port_on_q;
  assign portw.first    = port_range_q[15:0];
  assign portw.last     = port_range_q[31:16];
  assign ctx_abort_idx  = number_q[cw_pkg::CTX_W-1:0];

  // ---- cold command: copied word by word, held, completed ----
  typedef enum logic [1:0] { COLD_IDLE, COLD_COPY, COLD_HELD, COLD_CPL } cold_t;
  cold_t       cold_q;
  logic [4:0]  copy_q;
  logic [31:0] copy_word;
  logic [31:0] cmd_mem [0:31];
  logic [31:0] index_q;
  logic [15:0] id_q;
  logic [7:0]  opcode_q;
  logic [7:0]  result_q;
  logic [7:0]  field_q;
  logic        held;
  logic        finish;

  assign copy_word = cmd[{copy_q, 5'd0} +: 32];
  assign cmd_ready = cold_q == COLD_COPY && copy_q == '1;
  assign held      = cold_q == COLD_HELD;
  assign finish    = held && wr && bus_word == cw_mbox::CPL_DONE;
  assign cpl_valid = cold_q == COLD_CPL;

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      cold_q <= COLD_IDLE;
      copy_q <= '0;
    end else begin
      unique case (cold_q)
        COLD_IDLE: if (cmd_valid) cold_q <= COLD_COPY;
        COLD_COPY: if (!cmd_valid) cold_q <= COLD_IDLE;
                   else if (copy_q == '1) cold_q <= COLD_HELD;
        COLD_HELD: if (finish || dead) cold_q <= COLD_CPL;
        COLD_CPL:  if (cpl_ready) cold_q <= COLD_IDLE;
        default:   cold_q <= COLD_IDLE;
      endcase
      copy_q <= (cold_q == COLD_COPY) ? copy_q + 1'b1 : '0;
    end
  end

  always_ff @(posedge clk) begin
    if (cold_q == COLD_COPY) begin
      cmd_mem[copy_q] <= copy_word;
      if (copy_q == '0) begin
        index_q  <= cmd_index;
        id_q     <= cmd[cw_pkg::CMD_ID_LSB +: cw_pkg::CMD_ID_W];
        opcode_q <= cmd[cw_pkg::CMD_OPCODE_LSB +: cw_pkg::CMD_OPCODE_W];
      end
    end
    if (held) begin
      result_q <= dead ? cw_pkg::ST_FW_FAULT : bus_wdata[7:0];
      field_q  <= dead ? cw_pkg::FIELD_NONE : bus_wdata[15:8];
    end
  end

  assign cpl.value     = (result_q == cw_pkg::ST_FW_FAULT) ? 64'd0 : value_q;
  assign cpl.info      = (result_q == cw_pkg::ST_FW_FAULT) ? 64'd0 : info_q;
  assign cpl.index     = index_q;
  assign cpl.id        = id_q;
  assign cpl.opcode    = opcode_q;
  assign cpl.status    = result_q;
  assign cpl.field     = field_q;
  assign ev_cold_cmds  = cmd_ready && cmd_valid && !dead;
  assign ev_cmd_errors = cpl_valid && cpl_ready && result_q != cw_pkg::ST_OK;

  // ---- hot command ----
  logic [255:0] hot_q;
  logic         hot_sent_q;     // valid towards the engine
  logic         hot_wait_q;     // completion to come
  logic         hot_done_q;
  logic [15:0]  hot_id_q;
  logic [63:0]  hot_value_q;
  logic [15:0]  hot_result_q;
  logic         hot_word;
  logic         hot_end;

  assign hot_word  = bus_word >= cw_mbox::HOT_CMD && bus_word < cw_mbox::HOT_GO;
  assign hot_end   = fwcpl_valid && hot_wait_q && fwcpl.id == hot_id_q;
  assign fwc_valid = hot_sent_q;
  // Mutant: the FLUSH that follows a change of a log into a mode is a NOP (P28).
`ifdef CW_MUTANTS
  logic no_flip_q;
  always_ff @(posedge clk) begin
    if (!rst_n || hot_end) no_flip_q <= 1'b0;
    else if (logw_valid && logw.flip && dom_log_q != '0) no_flip_q <= cw_pkg::MUT_START_NO_FLIP;
  end
  always_comb begin
    fwc = {768'd0, hot_q};
    if (no_flip_q) fwc[cw_pkg::CMD_OPCODE_LSB +: cw_pkg::CMD_OPCODE_W] = cw_pkg::OP_NOP;
    if (no_flip_q) fwc[cw_pkg::CMD_SCOPE_LSB +: cw_pkg::CMD_SCOPE_W] = '0;
    if (no_flip_q) fwc[cw_pkg::CMD_SPACE_LSB +: cw_pkg::CMD_SPACE_W] = '0;
  end
`else
  assign fwc       = {768'd0, hot_q};
`endif

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      hot_q      <= '0;
      hot_id_q   <= '0;
      hot_sent_q <= 1'b0;
      hot_wait_q <= 1'b0;
      hot_done_q <= 1'b0;
    end else begin
      if (wr && hot_word && !hot_sent_q)
        hot_q[{bus_word[2:0], 5'd0} +: 32] <= bus_wdata;
      if (wr && bus_word == cw_mbox::HOT_GO && !hot_sent_q) begin
        hot_id_q   <= hot_q[cw_pkg::CMD_ID_LSB +: cw_pkg::CMD_ID_W];
        hot_sent_q <= 1'b1;
        hot_wait_q <= 1'b1;
        hot_done_q <= 1'b0;
      end else begin
        if (fwc_ready)
          hot_sent_q <= 1'b0;
        if (hot_end) begin
          hot_wait_q <= 1'b0;
          hot_done_q <= 1'b1;
        end
      end
    end
    if (hot_end) begin
      hot_value_q  <= fwcpl.value;
      hot_result_q <= {fwcpl.field, fwcpl.status};
    end
  end

  // ---- reads ----
  always_comb begin
    event_word = 32'd0;
    event_word[cw_mbox::EVENT_CMD]        = held;
    event_word[cw_mbox::EVENT_HOT_DONE]   = hot_done_q;
    event_word[cw_mbox::EVENT_ABORT_IDLE] = !ctx_abort_busy && !ctx_abort_valid;
    event_word[cw_mbox::EVENT_CPL_READY]  = !cpl_valid;
    event_word[cw_mbox::EVENT_HOT_READY]  = !hot_sent_q;
    event_word[cw_mbox::EVENT_LOG_IDLE]   = !logw_busy && !logw_valid;
    event_word[cw_mbox::EVENT_DRING_IDLE] = !dringw_busy && !dringw_valid;
    event_word[cw_mbox::EVENT_SNAP_READY] = !snap_busy && !snap;
  end

  always_comb begin
    rd = 32'd0;
    if (bus_word[6:5] == 2'd0)
      rd = cmd_mem[bus_word[4:0]];
    else if (hot_word)
      rd = hot_q[{bus_word[2:0], 5'd0} +: 32];
    else begin
      case (bus_word)
        cw_mbox::EVENT:         rd = event_word;
        cw_mbox::STATUS:        rd = status_q;
        cw_mbox::HEARTBEAT:     rd = heartbeat;
        cw_mbox::VERSION:       rd = version;
        cw_mbox::LOG_HEAD:      rd = log_head;
        cw_mbox::CYCLE_LO:      rd = cycle[31:0];
        cw_mbox::CYCLE_HI:      rd = cycle[63:32];
        cw_mbox::SNAP_CYCLE_LO: rd = snap_cycle[31:0];
        cw_mbox::SNAP_CYCLE_HI: rd = snap_cycle[63:32];
        cw_mbox::TABLE_SIZE_LO: rd = TABLE_BYTES[31:0];
        cw_mbox::TABLE_SIZE_HI: rd = TABLE_BYTES[63:32];
        cw_mbox::FLUSH_TIMEOUT: rd = flush_timeout;
        cw_mbox::SCRATCH:       rd = cw_pkg::MUT_DEAD_MAILBOX && ready ? '0 : scratch_q;
        cw_mbox::CTX_CFG:       rd = ctx_cfg_q;
        cw_mbox::CTX_ROOT_LO:   rd = ctx_root_q[31:0];
        cw_mbox::CTX_ROOT_HI:   rd = ctx_root_q[63:32];
        cw_mbox::CTX_GEN:       rd = ctx_gen_q;
        cw_mbox::CTX_LIMITS:    rd = ctx_limits_q;
        cw_mbox::DOM_MMIO_GEN:  rd = dom_gen_q;
        cw_mbox::DOM_PORTS:     rd = dom_ports_q;
        cw_mbox::PORT_RANGE:    rd = port_range_q;
        cw_mbox::DOM_LOG:       rd = {30'd0, dom_log_q};
        cw_mbox::LOG_ROOT_LO:   rd = log_root_q[31:0];
        cw_mbox::LOG_ROOT_HI:   rd = log_root_q[63:32];
        cw_mbox::LOG_SIZE:      rd = log_size_q;
        cw_mbox::DRING_BASE_LO: rd = dring_base_q[31:0];
        cw_mbox::DRING_BASE_HI: rd = dring_base_q[63:32];
        cw_mbox::DRING_LIMIT:   rd = dring_limit_q;
        cw_mbox::CPL_VALUE_LO:  rd = value_q[31:0];
        cw_mbox::CPL_VALUE_HI:  rd = value_q[63:32];
        cw_mbox::CPL_INFO_LO:   rd = info_q[31:0];
        cw_mbox::CPL_INFO_HI:   rd = info_q[63:32];
        cw_mbox::HOT_VALUE_LO:  rd = hot_value_q[31:0];
        cw_mbox::HOT_VALUE_HI:  rd = hot_value_q[63:32];
        cw_mbox::HOT_RESULT:    rd = {hot_id_q, hot_result_q};
        default: ;
      endcase
    end
  end

  logic unused;
  assign unused = &{1'b0, fwcpl.info, fwcpl.index, fwcpl.opcode, number_q, dom_ports_q, dom_gen_q, ctx_cfg_q,
                    ctx_root_q, ctx_gen_q, ctx_limits_q, log_root_q, log_size_q, dring_base_q, dring_limit_q};

endmodule
