// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// The packed structs that cross module boundaries of the engine. Widths come from params.def.
package cw_t;
`include "cw_params.svh"

  // ---- initiator side of a stream port ----
  typedef struct packed {
    logic [15:0]              ctx;
    logic [63:0]              addr;
    logic [11:0]              len_m1;     // bytes - 1; the access stays in one 4 KiB page (P6)
    logic                     write;
    logic [TAG_W-1:0] tag;
  } req_t;

  typedef struct packed {
    logic [TAG_W-1:0] tag;
    logic [3:0]               verdict;    // only those that answer (P9)
    logic [4:0]               reason;
    logic                     epoch;      // grant epoch of the stamp, informational
    logic [PA_W-1:0]  pa;
  } ans_t;

  // ---- tables that the firmware writes ----
  typedef struct packed {
    logic                       valid;
    logic                       level5;   // 5-level root, else 4
    logic                       flavour;  // 0 EPT, 1 legacy/NPT
    logic                       shadow;   // kind
    logic                       ad;       // the engine sets A and D
    logic                       fix;      // the fixer gives W and restores access-tracked entries (P12)
    logic [DOM_W-1:0]   domain;
    logic [SPACE_W-1:0] space;    // tag of TLB, walk cache and INVALIDATE (P1)
    logic [GEN_W-1:0]   gen;
    logic [PARK_W:0]    quota;    // of parked requests (P38)
    logic [SLOT_W:0]    walks;    // most walks of it at a time, 0: no limit (P38)
    logic [15:0]        dirty;    // most marks in a period, 0: no limit (cw_budget)
    logic [7:0]         bursts;   // in the bridge, as cw_bridge_in has it
    logic [PA_W-13:0]   root;     // table page number of the root
  } ctx_t;

  typedef struct packed {
    logic [18:0]              mmio_gen;
    logic [NPORT-1:0] ports;      // ports that own contexts of the domain (P20)
    logic [1:0]       log_mode;   // LOG_OFF, LOG_CAPTURE, ...
    logic             log_epoch;
  } dom_t;

  typedef struct packed {
    logic                     directory;  // give the domain a log directory: root and size
    logic                     flip;       // new log epoch
    logic                     all_dirty;
    logic [DOM_W-1:0] dom;
    logic [PA_W-13:0] root;               // page number
    logic [LOG_DIR_W:0] size;             // entries
  } log_set_t;

  // ---- resets (cw_reset, cw_bus_gate) ----
  localparam logic [31:0] TICK = 32'd256;    // cycles from one tick to the next

  typedef struct packed {
    logic                     rst_n;      // of the function, not of the engine
    logic                     close;
    logic                     absorb;
    logic                     tick;
    logic [31:0]              timeout;
  } bus_gate_t;

  typedef struct packed {
    logic                     closed;
    logic                     quiet;
    logic                     stuck;
  } bus_stat_t;

  typedef struct packed {
    logic                     start;      // reset the engine
    logic [NPORT-1:0]         ports;      // or these ports
  } reset_set_t;

  typedef struct packed {
    logic                     busy;
    logic                     flr;        // not at rest in time
    logic [15:0]              done;
    logic [NPORT-1:0]         ports;      // in reset
    logic [1:0]               stuck;      // host memory, table memory
  } reset_stat_t;

  typedef struct packed {
    logic                     enable;
    logic [15:0]              first;
    logic [15:0]              last;
  } port_range_t;

  typedef struct packed {                // dirty ring of a context
    logic [CTX_W-1:0] ctx;
    logic [4:0]       log2;               // of its entries; 0: none
    logic [63:12]     base;               // bus address
    logic [16:0]      limit;              // soft limit, entries
  } dring_set_t;

  typedef struct packed {                // its consumer index, written by the host
    logic             valid;
    logic [CTX_W-1:0] ctx;
    logic [31:0]      value;
  } dring_bell_t;

  typedef struct packed {                // for the monitor, as mon.def says
    logic             ask;
    logic [CTX_W-1:0] ask_ctx;
    logic             ask_full;
    logic             push;
    logic [31:0]      index;
    logic             limited;
    logic             bell;
    logic             bell_ok;
    logic [CTX_W-1:0] bell_ctx;
    logic [31:0]      bell_value;
    logic             ring_set;
    logic [CTX_W-1:0] set_ctx;
    logic [4:0]       set_log2;
    logic [16:0]      set_limit;
  } dring_mon_t;

  typedef struct packed {                // likewise: a command of the hot ring begins, and is complete
    logic        take;
    logic [31:0] index;
    logic        done;
    logic [31:0] done_index;
  } cmd_mon_t;

  // ---- inside the engine: a request in the lookup pipe ----
  typedef struct packed {
    logic [PORT_W-1:0] port;
    logic                      retry;     // comes from a parked fault: the tag is in use already
    logic [PARK_W-1:0] park;      // its park entry, held until the retry has its outcome
    req_t                      req;
  } look_t;

  // ---- a request that waits for a walk ----
  typedef struct packed {
    logic [PORT_W-1:0] port;
    logic                      epoch;     // the stamp (P4): grant epoch, log mode and log epoch of its domain
    logic [1:0]                log_mode;
    logic                      log_epoch;
    req_t                      req;
  } wait_t;

  // ---- verdict function ----
  typedef struct packed {
    logic at;                             // restore R and X of an access-tracked entry
    logic w;                              // set W
    logic d;                              // set D
    logic a;                              // set A
  } fix_t;

  typedef struct packed {
    logic [3:0]              verdict;
    logic [4:0]              reason;
    logic [PA_W-1:0] pa;
    fix_t                    fix;         // verdict FIXED: what has to change in the entry (P12)
    logic                    mark;        // the grant has to be marked in the dirty log
  } verdict_t;

  // ---- a request that comes back from the fixer ----
  typedef struct packed {
    wait_t                   req;
    logic [63:0]             entry;       // as it is now
    logic [PA_W-1:0]         entry_addr;
    logic [2:0]              level;       // of its table
    logic                    bus_error;
    logic                    swapped;     // the entry was changed for this request
    logic                    marked;
    logic                    paid;        // has a credit for its mark that it has not used
    logic                    last;        // no more races
    logic [1:0]              log_status;  // of the log: 0 OK, 1 MISSING, 2 FULL
  } fixed_t;

  // ---- commands into the engine core ----
  typedef struct packed {
    logic                       all;      // every space
    logic [SPACE_W-1:0] space;
    logic                       whole;    // the whole space; lo and hi are ignored
    logic [51:0]                lo;       // first page number
    logic [51:0]                hi;       // last page number
`ifdef CW_MUTANTS
    logic        leaf;                    // the hint that only leaves have changed, which the engine ignores (P18)
`endif
  } inv_t;

  typedef struct packed {
    logic [31:0] index;                   // absolute ring index, for the completion
    logic [15:0] id;
    logic        cold;                    // asked by the firmware: its completion goes back to the mailbox
    logic        harvest;                 // the flip of a harvest: cw_log_ctl waits for it
  } cookie_t;

  typedef struct packed {
    logic [7:0]  scope;                   // domain, context or port
    logic [15:0] id;
  } scope_t;

  typedef struct packed {
    logic   stop;                         // else START (P30)
    scope_t what;
  } stop_t;

  typedef struct packed {
    cookie_t                  cookie;
    logic                     drain;      // DRAIN, of `what`
    scope_t                   what;
    logic [NPORT-1:0] ports;      // ports to flip (P20)
  } flush_t;

  typedef struct packed {
    cookie_t    cookie;
    logic       drain;
    scope_t     what;
    logic [NPORT-1:0] fenced;     // NOT_FLUSHED: ports that it fences (P21)
    logic [7:0] status;
  } flush_done_t;

  typedef struct packed {
    logic [15:0]  index;                  // as named by the command: may be out of range
    logic [15:0]  gen;
    logic [1:0]   action;
    logic [511:0] data;
  } resume_t;

  typedef struct packed {
    cookie_t              cookie;
    logic [DOM_W-1:0]     dom;
    logic [LOG_DIR_W-1:0] first;          // leaf
    logic [LOG_DIR_W:0]   count;          // leaves; 0: to the end
    logic [63:0]          buffer;
    logic [31:0]          room;           // records
  } harvest_t;

  // ---- completions and fault records, without phase ----
  typedef struct packed {
    logic [63:0] value;
    logic [63:0] info;
    logic [31:0] index;
    logic [15:0] id;
    logic [7:0]  opcode;
    logic [7:0]  status;
    logic [7:0]  field;
  } cpl_t;

  typedef struct packed {
    logic [63:0]               addr;
    logic [63:0]               entry;
    logic [63:0]               entry_addr;
    logic [63:0]               timestamp;
    logic [31:0]               parked_id;
    logic [15:0]               ctx;
    logic [15:0]               ctx_gen;
    logic [15:0]               domain;
    logic [15:0]               len;
    logic [7:0]                port;
    logic [7:0]                tag;
    logic [7:0]                access;
    logic [7:0]                verdict;
    logic [7:0]                reason;
    logic [7:0]                level;
  } fault_t;

  // ---- sample NIC queue: what its registers say, and show ----
  typedef struct packed {
    logic [31:0] ctrl;
    logic [31:0] ctx;
    logic [63:0] base;                    // of the descriptor ring, guest address
    logic [31:0] size;
    logic [31:0] tail;                    // producer, absolute
    logic [63:0] head_addr;               // 0: the head is not written
    logic [63:0] seed;
    logic [31:0] hist_shift;
    logic [31:0] hist_index;
  } nic_set_t;

  typedef struct packed {
    logic        busy;
    logic        halted;
    logic [31:0] head;
    logic [31:0] errors;                  // packets
    logic [31:0] bad_bytes;
    logic [31:0] bursts;
    logic [31:0] wbeats;
    logic [31:0] rbeats;
    logic [31:0] cycles;
    logic [31:0] lat_min;
    logic [31:0] lat_max;
    logic [63:0] lat_sum;
    logic [31:0] hist_data;
  } nic_stat_t;

  // ---- entry-update unit ----
  typedef struct packed {
    logic                    on;          // PROTECT of the line at addr: op, expect_old and value mean nothing
    logic                    d;           // clears D where the A/D type is enabled
    logic                    x86;         // entries are legacy/NPT
    logic [7:0]              mask;        // entries of the line
  } protect_t;

  typedef struct packed {
    logic [1:0]              op;          // 0 WRITE, 1 XCHG, 2 CMPXCHG, 3 CMPXCHG of a value known to be there
    logic [PA_W-1:0] addr;        // 8-byte aligned
    logic [63:0]             expect_old;  // CMPXCHG
    logic [63:0]             value;
    protect_t                protect;
  } euu_req_t;

  typedef struct packed {
    logic [63:0] old;
    logic [7:0]  changed;                 // PROTECT: entries
    logic        mismatch;
    logic        bus_error;
  } euu_rsp_t;
endpackage
