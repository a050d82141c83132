// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// The one verdict function (P35): what an entry means for a request, for TLB hits and for walk results alike.
// Combinational, no storage. `entry` is the last entry of a walk, `level` the level of the table that holds it.
//
// FIXED: the access is allowed once `v.fix` is done (P12): in 4 KiB leaves only, W where host and MMU have nothing
// against it, A and D where the entry's A/D type is enabled, R and X of an access-tracked entry. In PROTECT and
// DIRTYBIT a write through a larger leaf goes to the host (P23). `v.mark`: HIT or FIXED, but the write must be in the
// log first.
module cw_verdict #(
  parameter int unsigned     PA_BITS     = cw_pkg::PA_BITS,
  parameter longint unsigned TABLE_BYTES = 64'h1000_0000
) (
  input  logic [63:0]              entry,
  input  logic [2:0]               level,
  input  logic                     flavour,     // 0 EPT, 1 legacy/NPT
  input  logic [11:0]              offset,      // address bits 11:0
  input  logic [17:0]              page_offset, // address bits 29:12
  input  logic                     write,
  input  logic                     bus_error,
  input  logic                     ad,          // the context's enables
  input  logic                     fix,
  input  logic                     shadow,      // nothing is fixed: the gfn of an indirect entry is not stable (FPF-4)
  input  logic [1:0]               log_mode,    // of the stamp
  input  logic [18:0]              mmio_gen,
  output cw_t::verdict_t           v
);
  logic present, readable, writable, host_w, mmu_w, mmio, leaf, reserved, outside;
  logic [18:0] entry_gen;

  assign present   = entry[cw_pkg::SPTE_PRESENT];
  assign readable  = entry[cw_pkg::SPTE_R];
  assign writable  = entry[cw_pkg::SPTE_W];
  assign host_w    = flavour ? entry[cw_pkg::SPTE_X86_HOST_W] : entry[cw_pkg::SPTE_HOST_W];
  assign mmu_w     = flavour ? entry[cw_pkg::SPTE_X86_MMU_W] : entry[cw_pkg::SPTE_MMU_W];
  // SPTE-4: EPT, W+X without R and without bit 63; legacy/NPT, bit 51 and P. It carries a 19-bit generation.
  assign mmio      = flavour ? entry[cw_pkg::SPTE_X86_MMIO] && readable
                             : !entry[cw_pkg::SPTE_SUPPRESS_VE] && entry[cw_pkg::SPTE_X] && writable && !readable;
  assign entry_gen = {entry[62:52], entry[10:3]};

  // ---- what may be fixed ----
  logic leaf_4k, ad_type, tracked, denied, dirty, may_ad, may_fix, may_d;
  cw_t::fix_t f;
  assign leaf_4k   = level == 3'd1 || cw_pkg::MUT_FIX_LARGE;
  assign ad_type = flavour || (!entry[cw_pkg::SPTE_AD_DISABLED] && !entry[cw_pkg::SPTE_AD_WRPROT]);
  assign tracked = !flavour && entry[cw_pkg::SPTE_AD_DISABLED] && !entry[cw_pkg::SPTE_AD_WRPROT] && !readable &&
                   !writable && !entry[cw_pkg::SPTE_X];
  assign may_ad  = ad && (!shadow || cw_pkg::MUT_FIX_SHADOW);
  assign may_fix = fix && !cw_pkg::MUT_DEAD_FIXER && (!shadow || cw_pkg::MUT_FIX_SHADOW);
  assign dirty   = flavour ? entry[cw_pkg::SPTE_X86_D] : entry[cw_pkg::SPTE_D];
  assign f.at    = may_fix && leaf_4k && tracked && entry[cw_pkg::SPTE_SAVED_R];
  assign f.w     = may_fix && leaf_4k && write && !writable && ((host_w && mmu_w) || cw_pkg::MUT_FIX_HOST_RO);
  assign f.a     = may_ad && leaf_4k && ad_type && !(flavour ? entry[cw_pkg::SPTE_X86_A] : entry[cw_pkg::SPTE_A]);
  // In DIRTYBIT a write is in the log by its D only; in a shadow context it is the host that sets it, and marks.
  assign may_d   = may_ad || (log_mode == 2'(cw_pkg::LOG_DIRTYBIT) && !shadow);
  assign f.d     = may_d && leaf_4k && ad_type && write && !dirty;
  assign denied  = write && !cw_pkg::MUT_DEAD_VERDICT && ((!writable && !f.w) || (!leaf_4k && log_mode[1]) ||
                             (shadow && log_mode == 2'(cw_pkg::LOG_DIRTYBIT) && ad_type && !dirty));

  cw_entry #(.PA_BITS(PA_BITS), .TABLE_BYTES(TABLE_BYTES)) u_entry (
    .entry, .level, .flavour, .leaf, .reserved, .outside);

  always_comb begin
    v.verdict = cw_pkg::V_MISS;
    v.reason  = cw_pkg::RSN_NOT_PRESENT;
    v.fix     = f;
    v.mark    = (write || cw_pkg::MUT_READ_MARKS) &&
                (log_mode == 2'(cw_pkg::LOG_CAPTURE) || (log_mode[1] && f.w) ||
                 (log_mode == 2'(cw_pkg::LOG_DIRTYBIT) && f.d && !cw_pkg::MUT_DEAD_DIRTYBIT));
    case (level)
      3'd1:    v.pa = {entry[51:12], offset};
      3'd2:    v.pa = {entry[51:21], cw_pkg::MUT_DEAD_LARGE ? 9'd0 : page_offset[8:0], offset};
      default: v.pa = {entry[51:30], page_offset, offset};
    endcase
    if (bus_error) begin
      v.verdict = cw_pkg::V_ABORT;
      v.reason  = cw_pkg::RSN_BUS_ERROR;
    end else if (!present) begin
      if (mmio && entry_gen == mmio_gen) begin  // MS-2: a stale generation is a plain miss
        v.verdict = cw_pkg::V_MMIO;
        v.reason  = cw_pkg::RSN_MMIO;
      end
    end else if (reserved || !leaf) begin       // a walk ends at a table's entry only if something is wrong with it
      v.verdict = cw_pkg::V_ABORT;
      v.reason  = !reserved && outside ? cw_pkg::RSN_BAD_TABLE : cw_pkg::RSN_BAD_ENTRY;
    end else if (readable || f.at) begin        // SPTE-13
      v.verdict = f != '0 ? cw_pkg::V_FIXED : cw_pkg::V_HIT;
      v.reason  = cw_pkg::RSN_NONE;
      if (denied) begin                         // SPTE-5: which of the four triples
        v.reason  = cw_pkg::RSN_PROTECTED;
        v.verdict = (!writable && !mmu_w && host_w) ? cw_pkg::V_WRITE_TRACKED : cw_pkg::V_WRITE_PROTECTED;
      end
    end
  end
endmodule
