// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Hot commands: takes them from the hot ring and from the firmware in turn, checks every field (P17), executes one
// after the other, and completes each exactly once.
//
// Order (P11, P15, P18): a command begins when the one before it is complete, so INVALIDATE and FLUSH come after the
// acknowledgement of every earlier change. FLUSH and DRAIN alone are only handed over here and complete later, out of
// order, and so does HARVEST, which cw_log_ctl executes; a DRAIN is told then how many requests of its scope are
// parked. A command with BARRIER waits at the input until every earlier FLUSH, DRAIN and HARVEST of its source has
// completed; the other source goes on meanwhile. A malformed command completes with an error and does nothing else.
// A command leaves the input when it is handed to the part that executes it. Completions never wait for the host: their
// slots are reserved (P16).
// `flush_dom`, `drain_what` and `flush_ports`, `drain_stopped`: question and answer of one cycle, the ports that own
// contexts of a domain (P20), and whether the scope of a DRAIN is stopped (P30).
//
// Mutant: INVALIDATE_BEFORE_ACK executes an INVALIDATE that follows an entry change before its acknowledgement.
module cw_cmd #(
  parameter logic [63:0] TABLE_BYTES = 64'h1000_0000
) (
  input  logic                     clk,
  input  logic                     rst_n,

  input  logic                     cmd_valid,
  output logic                     cmd_ready,
  input  logic [1023:0]            cmd,
  input  logic [31:0]              cmd_index,
  input  logic                     fwc_valid,
  output logic                     fwc_ready,
  input  logic [1023:0]            fwc,

  output logic                     cpl_valid,
  input  logic                     cpl_ready,
  output cw_t::cpl_t               cpl,
  output logic                     fwcpl_valid,
  output cw_t::cpl_t               fwcpl,

  output logic                     inv_valid,
  input  logic                     inv_ready,
  output cw_t::inv_t               inv,
  output logic                     flush_valid,
  input  logic                     flush_ready,
  output cw_t::flush_t             flush,
  input  logic                     flush_full,
  output logic [cw_pkg::DOM_W-1:0] flush_dom,
  output cw_t::scope_t             drain_what,
  input  logic [cw_pkg::NPORT-1:0] flush_ports,
  input  logic                     drain_stopped,
  output logic                     stop_valid,
  input  logic                     stop_ready,
  output cw_t::stop_t              stop,
  output logic                     count_ask,
  output cw_t::scope_t             count_what,
  output logic                     count_take,
  input  logic                     count_done,
  input  logic [cw_pkg::PARK_W:0]  count,
  output logic                     hc_valid,
  input  logic                     hc_ready,
  output cw_t::harvest_t           hc,
  input  logic                     hp_valid,
  output logic                     hp_ready,
  input  logic                     hp_cold,
  input  cw_t::cpl_t               hp,
  input  logic                     hf_valid,     // a harvest's flip of grant epochs (P25)
  output logic                     hf_ready,
  input  cw_t::harvest_t           hf,
  input  logic                     fdone_valid,
  output logic                     fdone_ready,
  input  cw_t::flush_done_t        fdone,
  output logic                     resume_valid,
  input  logic                     resume_ready,
  output cw_t::resume_t            resume,
  input  logic [7:0]               resume_status,

  output logic                     eu_req_valid,
  input  logic                     eu_req_ready,
  output cw_t::euu_req_t           eu_req,
  input  logic                     eu_rsp_valid,
  output logic                     eu_rsp_ready,
  input  cw_t::euu_rsp_t           eu_rsp,

  output logic                     ld_req_valid,
  input  logic                     ld_req_ready,
  output logic                     ld_req_fill,
  output logic [cw_pkg::PA_W-1:0]  ld_req_addr,
  output logic [63:0]              ld_req_arg,
  output logic [5:0]               ld_req_len,
  input  logic                     ld_rsp_valid,
  output logic                     ld_rsp_ready,
  input  logic                     ld_rsp_error,

  output logic                     ev_hot_cmds,
  output logic                     ev_cmd_errors,
  output logic                     ev_invalidates,
  output logic                     ev_flush_cmds,
  output logic                     ev_resumes,
  output logic                     ev_resumes_unknown,
  output cw_t::cmd_mon_t           mon_cmd
);

  // FLUSHes and DRAINs in the core, and a HARVEST, whose own FLUSH is not there yet.
  localparam int unsigned OPEN_W = $clog2(cw_pkg::NFLUSH + 2);

  typedef enum logic [3:0] {
    IDLE      = 4'd0,   // chooses a source
    CHECK     = 4'd1,   // judges the fields
    LOAD      = 4'd2,   // hands over to the loader
    LOAD_WAIT = 4'd3,
    ENTRY     = 4'd4,   // hands over to the entry-update unit
    ENTRY_WAIT = 4'd5,
    INV       = 4'd6,   // hands over to the core: done when taken
    FLUSH     = 4'd7,
    RESUME    = 4'd8,
    CPL       = 4'd9,   // completes
    STOP      = 4'd10,  // waits until no request is between its table read and its lookup cycle
    PROTECT   = 4'd11,  // one line of the page after the other to the entry-update unit
    PROTECT_WAIT = 4'd12,
    HARVEST   = 4'd13   // hands over to the dirty log
  } state_t;

  state_t      state_q;
  state_t      state_d;
  logic        cold_q;      // the command is the firmware's
  logic [31:0] index_q;
  logic [15:0] id_q;
  logic [7:0]  opcode_q;
  logic [7:0]  status_q;
  logic [7:0]  status_d;
  logic [7:0]  field_q;
  logic [63:0] value_q;
  logic [63:0] value_d;
  logic [63:0] info_q;
  logic [5:0]  line_q;      // PROTECT
  logic [7:0]  line_mask;

  // ---- source ----
  logic [1:0]        src_req;
  logic [1:0]        src_gnt;
  logic [OPEN_W-1:0] hot_open_q;
  logic [OPEN_W-1:0] cold_open_q;
  logic              pop;
  logic              take;

  localparam logic [7:0] BARRIER = 8'(cw_pkg::CMD_FLAG_BARRIER);
  logic [7:0] cmd_flags, fwc_flags;
  assign cmd_flags  = cmd[cw_pkg::CMD_FLAGS_LSB +: cw_pkg::CMD_FLAGS_W];
  assign fwc_flags  = fwc[cw_pkg::CMD_FLAGS_LSB +: cw_pkg::CMD_FLAGS_W];
  assign src_req[0] = cmd_valid && !((cmd_flags & BARRIER) != '0 && hot_open_q != '0);
  assign src_req[1] = fwc_valid && !((fwc_flags & BARRIER) != '0 && cold_open_q != '0);
  assign take       = state_q == IDLE && src_req != '0;

  cw_arb #(.N(2)) u_src (.clk, .rst_n, .req(src_req), .gnt(src_gnt), .take(take));

  assign cmd_ready = pop && !cold_q;
  assign fwc_ready = pop && cold_q;

  // ---- fields ----
  logic [1023:0] c;
  logic [7:0]    opcode;
  logic [15:0]   space;
  logic [7:0]    scope;
  logic [63:0]   addr;
  logic [63:0]   arg0;
  logic [63:0]   arg1;
  logic [7:0]    chk_status;
  logic [7:0]    chk_field;

  assign c      = cold_q ? fwc : cmd;
  assign opcode = c[cw_pkg::CMD_OPCODE_LSB +: cw_pkg::CMD_OPCODE_W];
  assign space  = c[cw_pkg::CMD_SPACE_LSB +: cw_pkg::CMD_SPACE_W];
  assign scope  = c[cw_pkg::CMD_SCOPE_LSB +: cw_pkg::CMD_SCOPE_W];
  assign addr   = c[cw_pkg::CMD_ADDR_LSB +: cw_pkg::CMD_ADDR_W];
  assign arg0   = c[cw_pkg::CMD_ARG0_LSB +: cw_pkg::CMD_ARG0_W];
  assign arg1   = c[cw_pkg::CMD_ARG1_LSB +: cw_pkg::CMD_ARG1_W];

  cw_cmd_check #(.TABLE_BYTES(TABLE_BYTES)) u_check (.cmd(c), .status(chk_status), .field(chk_field));

  // ---- to the parts that execute ----
  assign ld_req_valid = state_q == LOAD;
  assign ld_req_fill  = opcode == cw_pkg::OP_FILL;
  assign ld_req_addr  = addr[cw_pkg::PA_W-1:0];
  assign ld_req_arg   = arg0;
  assign ld_req_len   = ld_req_fill ? 6'd63 : arg1[11:6] - 6'd1;
  assign ld_rsp_ready = state_q == LOAD_WAIT;

  assign line_mask         = c[cw_pkg::CMD_DATA_LSB + 32'({line_q, 3'd0}) +: 8];
  assign eu_req_valid      = state_q == ENTRY || (state_q == PROTECT && line_mask != '0);
  assign eu_req.protect.on   = state_q == PROTECT;
  assign eu_req.protect.d    = arg1[0];
  assign eu_req.protect.x86  = arg1[1];
  assign eu_req.protect.mask = line_mask;
  assign eu_req.op         = opcode == cw_pkg::OP_CMPXCHG ? 2'd2 : opcode == cw_pkg::OP_XCHG ? 2'd1 : 2'd0;
  assign eu_req.addr       = state_q == PROTECT ? {addr[cw_pkg::PA_W-1:12], line_q, 6'd0} : addr[cw_pkg::PA_W-1:0];
  assign eu_req.expect_old = arg1;
  assign eu_req.value      = arg0;
  assign eu_rsp_ready      = state_q == ENTRY_WAIT || state_q == PROTECT_WAIT;

`ifdef CW_MUTANTS
  logic early_q;    // the next command, an INVALIDATE, is done already
  logic early;

  assign early     = state_q == ENTRY_WAIT && !cold_q && cmd_valid && opcode == cw_pkg::OP_INVALIDATE &&
                     chk_status == cw_pkg::ST_OK && !early_q && cw_pkg::MUT_INVALIDATE_BEFORE_ACK;
  assign inv_valid = (state_q == INV && !early_q) || early;

  always_ff @(posedge clk) begin
    if (!rst_n || (state_q == INV && !cold_q))
      early_q <= 1'b0;
    else if (early && inv_ready)
      early_q <= 1'b1;
  end
`else
  logic early_q;

  assign early_q   = 1'b0;
  assign inv_valid = state_q == INV;
`endif
  assign inv.all   = scope == 8'd2;
  assign inv.space = {scope == 8'd1, space[cw_pkg::SPACE_W-2:0]};
  assign inv.whole = arg0 == '0;
  assign inv.lo    = addr[63:12];
  assign inv.hi    = addr[63:12] + arg0[51:0] - 52'd1;
`ifdef CW_MUTANTS
  assign inv.leaf  = c[cw_pkg::CMD_LEAF_ONLY_LSB];
`endif

  logic is_drain;
  // A harvest's own FLUSH goes in while no command asks for the ports of its domain.
  logic hf_go;
  assign hf_go              = hf_valid && state_q != CHECK && state_q != FLUSH;
  assign hf_ready           = hf_go && flush_ready;
  assign flush_valid        = state_q == FLUSH || hf_go;
  assign flush_dom          = hf_go ? hf.dom : scope == 8'd1 ? arg1[cw_pkg::DOM_W-1:0] : space[cw_pkg::DOM_W-1:0];
  assign flush.ports        = scope == 8'd2 && !hf_go ? '1 : flush_ports | (cw_pkg::NPORT'(1) << cw_pkg::PORT_HOST);
  assign is_drain           = opcode == cw_pkg::OP_DRAIN && !hf_go;
  assign flush.drain        = is_drain;
  assign flush.what         = drain_what;
  assign drain_what.scope   = is_drain ? scope : '0;
  assign drain_what.id      = space;
  cw_t::cookie_t cookie, hf_cookie;
  assign cookie.index   = index_q;
  assign cookie.id      = id_q;
  assign cookie.cold    = cold_q;
  assign cookie.harvest = 1'b0;
  always_comb begin
    hf_cookie         = hf.cookie;
    hf_cookie.harvest = 1'b1;
  end
  assign flush.cookie = hf_go ? hf_cookie : cookie;

  assign hc_valid  = state_q == HARVEST;
  assign hc.cookie = cookie;
  assign hc.dom    = space[cw_pkg::DOM_W-1:0];
  assign hc.first  = addr[27 +: cw_pkg::LOG_DIR_W];
  assign hc.count  = arg1[cw_pkg::LOG_DIR_W:0];
  assign hc.buffer = arg0;
  assign hc.room   = arg1[63:32];

  assign stop_valid     = state_q == STOP;
  assign stop.stop      = opcode == cw_pkg::OP_STOP;
  assign stop.what.scope = scope;
  assign stop.what.id   = space;

  assign resume_valid  = state_q == RESUME;
  assign resume.index  = arg0[15:0];
  assign resume.gen    = arg0[31:16];
  assign resume.action = arg1[1:0];
  assign resume.data   = c[cw_pkg::CMD_DATA_LSB +: cw_pkg::CMD_DATA_W];

  // ---- sequence ----
  logic cpl_go;     // the completion register takes ours

  always_comb begin
    state_d  = state_q;
    status_d = status_q;
    value_d  = value_q;
    pop      = 1'b0;
    unique case (state_q)
      IDLE: if (take) state_d = CHECK;
      CHECK: begin
        status_d = chk_status;
        value_d  = '0;
        if (chk_status != cw_pkg::ST_OK) begin
          state_d = CPL;
        end else begin
          case (opcode)
            cw_pkg::OP_LOAD, cw_pkg::OP_FILL: state_d = LOAD;
            cw_pkg::OP_WRITE, cw_pkg::OP_XCHG, cw_pkg::OP_CMPXCHG: state_d = ENTRY;
            cw_pkg::OP_PROTECT: state_d = PROTECT;
            cw_pkg::OP_INVALIDATE: state_d = INV;
            cw_pkg::OP_STOP, cw_pkg::OP_START: state_d = STOP;
            cw_pkg::OP_HARVEST: begin
              state_d = HARVEST;
              if (!hc_ready) begin
                status_d = cw_pkg::ST_BUSY;
                state_d  = CPL;
              end
            end
            cw_pkg::OP_FLUSH, cw_pkg::OP_DRAIN: begin
              state_d = FLUSH;
              if (opcode == cw_pkg::OP_DRAIN && !drain_stopped) begin
                status_d = cw_pkg::ST_NOT_STOPPED;
                state_d  = CPL;
              end else if (flush_full) begin
                status_d = cw_pkg::ST_BUSY;
                state_d  = CPL;
              end
            end
            cw_pkg::OP_RESUME: state_d = RESUME;
            default: state_d = CPL;
          endcase
        end
        pop = state_d == CPL;
      end
      LOAD: begin
        pop = ld_req_ready;
        if (ld_req_ready) state_d = LOAD_WAIT;
      end
      LOAD_WAIT: begin
        if (ld_rsp_valid) begin
          status_d = ld_rsp_error ? cw_pkg::ST_BUS_ERROR : cw_pkg::ST_OK;
          state_d  = CPL;
        end
      end
      ENTRY: begin
        pop = eu_req_ready;
        if (eu_req_ready) state_d = ENTRY_WAIT;
      end
      ENTRY_WAIT: begin
        if (eu_rsp_valid) begin
          value_d = eu_rsp.bus_error ? '0 : eu_rsp.old;
          if (eu_rsp.bus_error)
            status_d = cw_pkg::ST_BUS_ERROR;
          else if (eu_rsp.mismatch)
            status_d = cw_pkg::ST_MISMATCH;
          state_d = CPL;
        end
      end
      PROTECT: begin
        if (line_mask != '0) begin
          if (eu_req_ready) state_d = PROTECT_WAIT;
        end else if (line_q == '1) begin
          pop     = 1'b1;
          state_d = CPL;
        end
      end
      PROTECT_WAIT: begin
        if (eu_rsp_valid) begin
          value_d[line_q] = eu_rsp.changed != '0 && !eu_rsp.bus_error;
          state_d         = PROTECT;
          if (eu_rsp.bus_error) status_d = cw_pkg::ST_BUS_ERROR;
          if (eu_rsp.bus_error || line_q == '1) begin
            pop     = 1'b1;
            state_d = CPL;
          end
        end
      end
      INV: begin
        pop = inv_ready || early_q;
        if (inv_ready || early_q) state_d = CPL;
      end
      FLUSH: begin
        pop = flush_ready;
        if (flush_ready) state_d = IDLE;
      end
      HARVEST: begin
        pop     = 1'b1;
        state_d = IDLE;
      end
      STOP: begin
        pop = stop_ready;
        if (stop_ready) state_d = CPL;
      end
      RESUME: begin
        pop = resume_ready;
        if (resume_ready) begin
          status_d = resume_status;
          state_d  = CPL;
        end
      end
      CPL: if (cpl_go) state_d = IDLE;
      default: state_d = IDLE;
    endcase
  end

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      state_q <= IDLE;
      cold_q  <= 1'b0;
    end else begin
      state_q <= state_d;
      if (take)
        cold_q <= src_gnt[1];
    end
  end

  always_ff @(posedge clk) begin
    status_q <= status_d;
    value_q  <= value_d;
    if (state_q == CHECK) begin
      info_q <= '0;
      line_q <= '0;
    end else if (state_q == PROTECT_WAIT && eu_rsp_valid && !eu_rsp.bus_error) begin
      info_q <= info_q + 64'($countones(eu_rsp.changed));
      line_q <= line_q + 1'b1;
    end else if (state_q == PROTECT && line_mask == '0) begin
      line_q <= line_q + 1'b1;
    end
    if (state_q == CHECK) begin
      field_q  <= chk_field;
      opcode_q <= opcode;
      id_q     <= c[cw_pkg::CMD_ID_LSB +: cw_pkg::CMD_ID_W];
      index_q  <= cold_q ? '0 : cmd_index;
    end
  end

  // ---- FLUSHes under way, by source ----
  logic open_hot;
  logic open_cold;
  logic close_hot;
  logic close_cold;

  logic own_flush;
  assign own_flush  = (state_q == FLUSH && flush_ready) || hc_valid;
  assign open_hot   = own_flush && !cold_q;
  assign open_cold  = own_flush && cold_q;
  assign close_hot  = (fdone_end && !fdone_cookie.cold) || (hp_go && !hp_cold);
  assign close_cold = (fdone_end && fdone_cookie.cold) || (hp_go && hp_cold);

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      hot_open_q  <= '0;
      cold_open_q <= '0;
    end else begin
      hot_open_q  <= hot_open_q + OPEN_W'(open_hot) - OPEN_W'(close_hot);
      cold_open_q <= cold_open_q + OPEN_W'(open_cold) - OPEN_W'(close_cold);
    end
  end

  // ---- completion register: finished FLUSHes first, they wait for nobody ----
  logic       out_valid_q;
  logic       out_cold_q;
  logic       out_room;
  logic       out_load;
  cw_t::cpl_t out_q;
  cw_t::cpl_t out_d;

  assign out_room    = !out_valid_q || out_cold_q || cpl_ready;
  logic       fdone_go;     // the oldest finished FLUSH completes: a DRAIN only with its count
  logic          hp_go, fdone_end;
  cw_t::cookie_t fdone_cookie;
  assign fdone_cookie = fdone.cookie;
  assign fdone_go    = fdone_valid && !fdone_cookie.harvest && (!fdone.drain || count_done);
  assign fdone_ready = fdone_cookie.harvest || (out_room && (!fdone.drain || count_done));
  assign fdone_end   = fdone_go && out_room;
  assign hp_ready    = out_room && !fdone_go;
  assign hp_go       = hp_valid && hp_ready;
  assign count_ask   = fdone_valid && fdone.drain;
  assign count_what  = fdone.what;
  assign count_take  = count_ask && fdone_ready;
  assign cpl_go      = state_q == CPL && out_room && !fdone_go && !hp_valid;
  assign out_load    = cpl_go || hp_go || fdone_end;

  always_comb begin
    out_d.value  = value_q;
    out_d.info   = info_q;
    out_d.index  = index_q;
    out_d.id     = id_q;
    out_d.opcode = opcode_q;
    out_d.status = status_q;
    out_d.field  = field_q;
    if (fdone_go) begin
      out_d.value  = fdone.drain ? 64'(count) : '0;
      out_d.info   = 64'(fdone.fenced);
      out_d.index  = fdone_cookie.index;
      out_d.id     = fdone_cookie.id;
      out_d.opcode = fdone.drain ? cw_pkg::OP_DRAIN : cw_pkg::OP_FLUSH;
      out_d.status = fdone.status;
      out_d.field  = cw_pkg::FIELD_NONE;
    end else if (hp_valid) begin
      out_d = hp;
    end
  end

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      out_valid_q <= 1'b0;
      out_cold_q  <= 1'b0;
    end else begin
      if (out_load)
        out_valid_q <= 1'b1;
      else if (out_room)
        out_valid_q <= 1'b0;
      if (out_load)
        out_cold_q <= fdone_go ? fdone_cookie.cold : hp_valid ? hp_cold : cold_q;
    end
  end

  always_ff @(posedge clk) begin
    if (out_load)
      out_q <= out_d;
  end

  assign cpl_valid   = out_valid_q && !out_cold_q;
  assign cpl         = out_q;
  assign fwcpl_valid = out_valid_q && out_cold_q;
  assign fwcpl       = out_q;

  // ---- events ----
  assign ev_hot_cmds        = pop && !cold_q;
  assign ev_cmd_errors      = out_load && out_d.status != cw_pkg::ST_OK;
  assign ev_invalidates     = inv_valid && inv_ready;
  assign ev_flush_cmds      = flush_valid && flush_ready;
  assign ev_resumes         = resume_valid && resume_ready && resume_status == cw_pkg::ST_OK;
  assign ev_resumes_unknown = resume_valid && resume_ready && resume_status == cw_pkg::ST_UNKNOWN_ID;

  assign mon_cmd.take       = state_q == CHECK && !cold_q;
  assign mon_cmd.index      = cmd_index;
  assign mon_cmd.done       = out_load && !(fdone_go ? fdone_cookie.cold : hp_valid ? hp_cold : cold_q);
  assign mon_cmd.done_index = out_d.index;

  // Of two sources one bit of the grant tells enough; the high bits of space are checked to be zero.
  logic unused;
  assign unused = src_gnt[0] ^ (^space[15:cw_pkg::SPACE_W-1]) ^ (^hf);

endmodule
