// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Validation of a hot command, combinational: the status with which it must be refused and the field to blame (P17),
// or OK. Fields are judged in the order opcode, flags, reserved, scope, space, addr, arg0, arg1. Fields of the layout
// that an opcode does not use are ignored, except those of cold commands, which count as reserved here, and arg0 of
// PROTECT, which must be 0.
module cw_cmd_check #(
  parameter logic [63:0] TABLE_BYTES = 64'h1000_0000
) (
  input  logic [1023:0] cmd,
  output logic [7:0]    status,
  output logic [7:0]    field
);

  localparam logic [7:0]  FLAGS_KNOWN = 8'(cw_pkg::CMD_FLAG_BARRIER);
  localparam logic [63:0] PAGE = 64'd4096;
  localparam logic [63:0] NPAGES = 64'd1 << 45;      // pages of a 57-bit address space

  logic [7:0]  opcode;
  logic [7:0]  flags;
  logic [15:0] space;
  logic [7:0]  scope;
  logic [63:0] addr;
  logic [63:0] arg0;
  logic [63:0] arg1;

  assign opcode = cmd[cw_pkg::CMD_OPCODE_LSB +: cw_pkg::CMD_OPCODE_W];
  assign flags  = cmd[cw_pkg::CMD_FLAGS_LSB +: cw_pkg::CMD_FLAGS_W];
  assign space  = cmd[cw_pkg::CMD_SPACE_LSB +: cw_pkg::CMD_SPACE_W];
  assign scope  = cmd[cw_pkg::CMD_SCOPE_LSB +: cw_pkg::CMD_SCOPE_W];
  assign addr   = cmd[cw_pkg::CMD_ADDR_LSB +: cw_pkg::CMD_ADDR_W];
  assign arg0   = cmd[cw_pkg::CMD_ARG0_LSB +: cw_pkg::CMD_ARG0_W];
  assign arg1   = cmd[cw_pkg::CMD_ARG1_LSB +: cw_pkg::CMD_ARG1_W];

  // ---- properties of single fields ----
  logic bad_reserved;
  logic bad_space;
  logic in_table;      // addr lies in table memory
  logic bad_bytes;     // arg1 is no length that LOAD can copy
  logic load_crosses;
  logic host_crosses;
  logic range_ends;    // INVALIDATE: the range goes beyond the address width

  assign bad_reserved = (cmd & ~cw_pkg::CMD_USED) != '0 ||
                        cmd[cw_pkg::CMD_CTX_LSB +: cw_pkg::CMD_CTX_W] != '0 ||
                        cmd[cw_pkg::CMD_LEVEL_LSB +: cw_pkg::CMD_LEVEL_W] != '0 ||
                        cmd[cw_pkg::CMD_FLAVOUR_LSB +: cw_pkg::CMD_FLAVOUR_W] != '0 ||
                        cmd[cw_pkg::CMD_KIND_LSB +: cw_pkg::CMD_KIND_W] != '0 ||
                        cmd[cw_pkg::CMD_ENABLES_LSB +: cw_pkg::CMD_ENABLES_W] != '0 ||
                        cmd[cw_pkg::CMD_LEAF_ONLY_LSB + 1 +: cw_pkg::CMD_LEAF_ONLY_W - 1] != '0;

  always_comb begin
    bad_space = 1'b0;
    if (scope == 8'd0)
      bad_space = space >= 16'(cw_pkg::NDOM);
    else if (scope == 8'd1)
      bad_space = (space >> (cw_pkg::SPACE_W - 1)) != '0;
  end

  assign in_table     = addr < TABLE_BYTES;
  assign bad_bytes    = arg1[5:0] != '0 || arg1 == '0 || arg1 > PAGE;
  assign load_crosses = {1'b0, addr[11:0]} + arg1[12:0] > 13'(PAGE);
  assign host_crosses = {1'b0, arg0[11:0]} + arg1[12:0] > 13'(PAGE);
  assign range_ends   = arg0 > NPAGES - (addr >> 12);

  // ---- by opcode ----
  logic [7:0] blame;

  always_comb begin
    blame = cw_pkg::FIELD_NONE;
    if ((flags & ~FLAGS_KNOWN) != '0)
      blame = cw_pkg::FIELD_FLAGS;
    else if (bad_reserved)
      blame = cw_pkg::FIELD_RESERVED;
    else begin
      case (opcode)
        cw_pkg::OP_LOAD: begin
          if (addr[5:0] != '0 || !in_table)
            blame = cw_pkg::FIELD_ADDR;
          else if (arg0[5:0] != '0)
            blame = cw_pkg::FIELD_ARG0;
          else if (bad_bytes)
            blame = cw_pkg::FIELD_ARG1;
          else if (load_crosses)
            blame = cw_pkg::FIELD_ADDR;
          else if (host_crosses)
            blame = cw_pkg::FIELD_ARG0;
        end
        cw_pkg::OP_FILL: begin
          if (addr[11:0] != '0 || !in_table)
            blame = cw_pkg::FIELD_ADDR;
        end
        cw_pkg::OP_WRITE, cw_pkg::OP_XCHG, cw_pkg::OP_CMPXCHG: begin
          if (addr[2:0] != '0 || !in_table)
            blame = cw_pkg::FIELD_ADDR;
        end
        cw_pkg::OP_PROTECT: begin
          if (addr[11:0] != '0 || !in_table)
            blame = cw_pkg::FIELD_ADDR;
          else if (arg0 != '0)
            blame = cw_pkg::FIELD_ARG0;
          else if (arg1[63:2] != '0)
            blame = cw_pkg::FIELD_ARG1;
        end
        cw_pkg::OP_INVALIDATE: begin
          if (scope > 8'd2)
            blame = cw_pkg::FIELD_SCOPE;
          else if (bad_space)
            blame = cw_pkg::FIELD_SPACE;
          else if (addr[11:0] != '0 || (addr >> 12) >= NPAGES)
            blame = cw_pkg::FIELD_ADDR;
          else if (range_ends)
            blame = cw_pkg::FIELD_ARG0;
        end
        cw_pkg::OP_FLUSH: begin
          if (scope > 8'd2)
            blame = cw_pkg::FIELD_SCOPE;
          else if (bad_space)
            blame = cw_pkg::FIELD_SPACE;
          else if (scope == 8'd1 && arg1 >= 64'(cw_pkg::NDOM))
            blame = cw_pkg::FIELD_ARG1;
        end
        cw_pkg::OP_STOP, cw_pkg::OP_START, cw_pkg::OP_DRAIN: begin
          if (scope != 8'(cw_pkg::SCOPE_DOMAIN) && scope != 8'(cw_pkg::SCOPE_CTX) && scope != 8'(cw_pkg::SCOPE_PORT))
            blame = cw_pkg::FIELD_SCOPE;
          else if (space >= (scope == 8'(cw_pkg::SCOPE_CTX)  ? 16'(cw_pkg::NCTX) :
                             scope == 8'(cw_pkg::SCOPE_PORT) ? 16'(cw_pkg::NPORT) : 16'(cw_pkg::NDOM)) ||
                   (scope == 8'(cw_pkg::SCOPE_PORT) && space == 16'(cw_pkg::PORT_HOST)))
            blame = cw_pkg::FIELD_SPACE;
        end
        cw_pkg::OP_HARVEST: begin
          if (scope != 8'd0)
            blame = cw_pkg::FIELD_SCOPE;
          else if (bad_space)
            blame = cw_pkg::FIELD_SPACE;
          else if (addr[26:0] != '0 || (addr >> (27 + cw_pkg::LOG_DIR_W)) != '0)
            blame = cw_pkg::FIELD_ADDR;
          else if (arg0[6:0] != '0)
            blame = cw_pkg::FIELD_ARG0;
          else if (arg1[31:0] > 32'(cw_pkg::LOG_DIR) || arg1[63:32] == '0)
            blame = cw_pkg::FIELD_ARG1;
        end
        cw_pkg::OP_RESUME: begin
          if (arg0[63:32] != '0)
            blame = cw_pkg::FIELD_ARG0;
          else if (arg1 > 64'(cw_pkg::RESUME_EMULATED))
            blame = cw_pkg::FIELD_ARG1;
        end
        default: blame = cw_pkg::FIELD_NONE;
      endcase
    end
  end

  always_comb begin
    status = cw_pkg::ST_OK;
    field  = cw_pkg::FIELD_NONE;
    if (!cw_pkg::OPS_HOT[opcode] && !cw_pkg::MUT_DEAD_CHECK) begin
      status = cw_pkg::ST_BAD_OPCODE;
      field  = cw_pkg::FIELD_OPCODE;
    end else if (!cw_pkg::OPS_BUILT[opcode]) begin
      status = cw_pkg::ST_UNSUPPORTED;
      field  = cw_pkg::FIELD_OPCODE;
    end else if (blame != cw_pkg::FIELD_NONE) begin
      status = cw_pkg::ST_BAD_FIELD;
      field  = blame;
    end
  end

endmodule
