// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Part of tb_cmd: HARVEST, with a few lines in the place of cw_log_ctl. It asks for a flip of the domain's ports when
// it has "read" for a while, and completes when these have closed; a second HARVEST meanwhile is BUSY (P25). The log's
// side of the table bus is quiet.
  logic            hc_valid, hc_ready, hp_valid = 1'b0, hp_ready, hp_cold = 1'b0, hf_valid = 1'b0, hf_ready;
  cw_t::harvest_t  hc, hf;
  cw_t::cpl_t      hp;
  logic            dl_arvalid = 1'b0, dl_arready, dl_rvalid, dl_rerr, dl_awvalid = 1'b0, dl_awready, dl_wvalid = 1'b0;
  logic            dl_wready, dl_bvalid, dl_berr;
  logic [1:0]      dl_arid = '0, dl_rid, dl_awid = '0, dl_bid;
  logic [51:0]     dl_araddr = '0, dl_awaddr = '0;
  logic [511:0]    dl_rdata, dl_wdata = '0;
  logic [63:0]     dl_wstrb = '0;
  cw_t::cookie_t   hf_cookie;
  int              harvest_wait = -1;
  bit              harvesting = 1'b0;
  int              n_harvest = 0;

  assign hc_ready  = !harvesting;
  assign hf_cookie = hf.cookie;
  always @(posedge clk) begin
    if (hc_valid) begin
      if (harvesting) fault("HARVEST handed over twice", 0, 0);
      harvesting   = 1'b1;
      hf          <= hc;
      harvest_wait = 20 + $urandom_range(100);
      n_harvest++;
    end else if (harvest_wait > 0) begin
      harvest_wait--;
    end else if (harvest_wait == 0) begin
      hf_valid    <= 1'b1;
      harvest_wait = -1;
    end
    if (hf_valid && hf_ready) hf_valid <= 1'b0;
    if (fdone_valid && fdone_ready && fdone.cookie.harvest) begin
      hp        <= '0;
      hp.value  <= 64'(hf.room) + 64'(hf.count);
      hp.info   <= '0;
      hp.index  <= hf_cookie.index;
      hp.id     <= hf_cookie.id;
      hp.opcode <= cw_pkg::OP_HARVEST;
      hp.status <= fdone.status;
      hp_cold   <= hf_cookie.cold;
      hp_valid  <= 1'b1;
    end
    if (hp_valid && hp_ready) begin
      hp_valid  <= 1'b0;
      harvesting = 1'b0;
    end
  end
