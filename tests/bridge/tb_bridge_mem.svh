// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Part of tb_bridge: the memory behind the master, and what may be asked of it.
  // ---- memory: order per ID, beats of different IDs mixed ----
  typedef struct { int id, tag, beats, at; longint unsigned line; longint due; bit error; } access_t;
  access_t mw_open [$], mw_wait [$], mr_wait [$];
  logic [511:0] mw_data [int];                  // beats that wait for their address
  logic [63:0]  mw_strb [int];
  bit     mw_last [int];
  int     mw_in = 0, mw_out = 0;
  bit     quiet_was = 0;
  int     b_tag = -1, r_tag = -1;
  int     n_m_rbeats = 0, n_m_wbeats = 0;
  bit     aw_was = 0, ar_was = 0, w_was = 0;
  logic [63:0] aw_addr_was, ar_addr_was;
  logic [511:0] w_data_was;

  function automatic int granted(input bit write, input int id, input longint unsigned addr, input int beats);
    int best = -1;
    for (int t = 0; t < NTAG; t++)
      if (tags[t].state == 4 && tags[t].mem == 0 && tags[t].write == write && tags[t].page % NID == id &&
          tags[t].hpage == addr >> 12 && ((tags[t].addr >> 6) & 63) == ((addr >> 6) & 63) && (addr & 63) == 0 &&
          int'((((tags[t].addr & 63) + 64'(tags[t].len_m1)) >> 6) + 1) == beats &&
          (best < 0 || tags[t].order < tags[best].order)) best = t;
    if (best < 0) wrong($sformatf("memory is accessed at %x, %0d beats, without such a grant", addr, beats));
    return best;
  endfunction

  task automatic touch(input longint unsigned line);
    if (dead.exists(line >> 6)) wrong("a page is accessed that the host has taken back");
  endtask

  task automatic memory();
    access_t a;
    if (fence && quiet && quiet_was && (m_awvalid || m_arvalid || m_wvalid || m_bvalid || m_rvalid))
      wrong("memory is accessed after quiescence was confirmed");
    quiet_was = fence && quiet;
    if ((aw_was && (!m_awvalid || m_awaddr != aw_addr_was)) || (ar_was && (!m_arvalid || m_araddr != ar_addr_was)) ||
        (w_was && (!m_wvalid || m_wdata != w_data_was))) wrong("the master moved while valid && !ready");
    aw_was = m_awvalid && !m_awready; aw_addr_was = m_awaddr;
    ar_was = m_arvalid && !m_arready; ar_addr_was = m_araddr;
    w_was = m_wvalid && !m_wready; w_data_was = m_wdata;
    if (m_awvalid && m_awready) begin
      a.id = int'(m_awid); a.line = m_awaddr >> 6; a.beats = int'(m_awlen) + 1; a.at = 0;
      a.tag = granted(1, a.id, m_awaddr, a.beats);
      if (a.tag >= 0) tags[a.tag].mem = 1;
      a.error = a.tag >= 0 && class_of(tags[a.tag].page) == 3;
      mw_open.push_back(a);
    end
    if (m_arvalid && m_arready) begin
      a.id = int'(m_arid); a.line = m_araddr >> 6; a.beats = int'(m_arlen) + 1; a.at = 0;
      a.tag = granted(0, a.id, m_araddr, a.beats);
      if (a.tag >= 0) tags[a.tag].mem = 1;
      a.error = a.tag >= 0 && class_of(tags[a.tag].page) == 3;
      a.due = now + (fast ? 12 : longint'(rnd(40)));
      mr_wait.push_back(a);
    end
    if (m_wvalid && m_wready) begin            // may be ahead of its address
      mw_data[mw_in] = m_wdata;
      mw_strb[mw_in] = m_wstrb;
      mw_last[mw_in] = m_wlast;
      mw_in++;
      n_m_wbeats++;
    end
    while (mw_in != mw_out && mw_open.size() != 0) begin
      longint unsigned at = mw_open[0].line + 64'(mw_open[0].at);
      touch(at);
      // The order of an ID is the order of its data: they take effect at once, in order.
      if (!mw_open[0].error) begin
        logic [511:0] line = mem[at];
        for (int i = 0; i < 64; i++) if (mw_strb[mw_out][i]) line[8*i +: 8] = mw_data[mw_out][8*i +: 8];
        mem[at] = line;
      end
      mw_open[0].at++;
      if (mw_last[mw_out] != (mw_open[0].at == mw_open[0].beats)) wrong("WLAST of the master in the wrong beat");
      if (mw_last[mw_out]) begin
        a = mw_open.pop_front();
        a.due = now + (fast ? 12 : longint'(rnd(40)));
        mw_wait.push_back(a);
      end
      mw_data.delete(mw_out);
      mw_strb.delete(mw_out);
      mw_last.delete(mw_out);
      mw_out++;
    end
    // answers
    if (m_bvalid && m_bready) begin
      if (b_tag >= 0) tags[b_tag].mem = 2;
      m_bvalid <= 0;
    end
    if (!m_bvalid || m_bready) begin
      for (int i = 0; i < mw_wait.size(); i++) begin
        bit older = 0;
        for (int j = 0; j < i; j++) older |= mw_wait[j].id == mw_wait[i].id;
        if (!older && mw_wait[i].due <= now) begin
          touch(mw_wait[i].line);
          m_bvalid <= 1;
          m_bid    <= 5'(mw_wait[i].id);
          m_bresp  <= mw_wait[i].error ? 2'b10 : 2'b00;
          b_tag    = mw_wait[i].tag;
          mw_wait.delete(i);
          break;
        end
      end
    end
    if (m_rvalid && m_rready) begin
      n_m_rbeats++;
      m_rvalid <= 0;
      if (m_rlast && r_tag >= 0) tags[r_tag].mem = 2;
    end
    if ((!m_rvalid || m_rready) && (fast || rnd(4) != 0)) begin
      int first = fast || mr_wait.size() == 0 ? 0 : rnd(mr_wait.size());
      for (int k = 0; k < mr_wait.size(); k++) begin
        int i = (first + k) % mr_wait.size();
        bit older = 0;
        for (int j = 0; j < i; j++) older |= mr_wait[j].id == mr_wait[i].id;
        if (!older && mr_wait[i].due <= now) begin
          longint unsigned line = mr_wait[i].line + 64'(mr_wait[i].at);
          touch(line);
          m_rvalid <= 1;
          m_rid    <= 5'(mr_wait[i].id);
          m_rdata  <= mem.exists(line) ? mem[line] : '1;
          m_rresp  <= mr_wait[i].error && mr_wait[i].at == mr_wait[i].beats / 2 ? 2'b10 : 2'b00;
          m_rlast  <= mr_wait[i].at == mr_wait[i].beats - 1;
          r_tag    = mr_wait[i].tag;
          mr_wait[i].at++;
          if (mr_wait[i].at == mr_wait[i].beats) mr_wait.delete(i);
          break;
        end
      end
    end
    m_awready <= fast || rnd(3) != 0;
    m_arready <= fast || rnd(3) != 0;
    m_wready  <= fast || rnd(3) != 0;
  endtask
