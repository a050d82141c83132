/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The calls that sim_lib.sv makes: at the falling edge the pins of the cycle that ends go in; at the rising edge those
 * of the next one come out, if any of them differs. Wide data and addresses have calls of their own, made only when
 * there are any.
 */
#include "card.h"
#include "Vsim_lib__Dpi.h" /* what Verilator expects of the functions below */
#include <string.h>

typedef unsigned long long u64;

static struct cw_sim *card(u64 ctx)
{
	return (struct cw_sim *)(uintptr_t)ctx;
}

void cw_dpi_mon(u64 ctx, const svBitVecVal *vec)
{
	struct cw_sim *sim = card(ctx);

	if (sim->mon && !sim->reset_left)
		sim->mon(sim->mon_priv, sim->cycle, vec);
}

void cw_dpi_wdata(u64 ctx, uint8_t mem, const svBitVecVal *data, u64 strb)
{
	struct cw_axi_face *f = (struct cw_axi_face *)card(ctx)->axi[mem];

	memcpy(f->wdata, data, sizeof(f->wdata));
	f->wstrb = strb;
}

void cw_dpi_rdata(u64 ctx, uint8_t mem, svBitVecVal *data)
{
	struct cw_axi_face *f = (struct cw_axi_face *)card(ctx)->axi[mem];

	memcpy(data, f->s.rdata, sizeof(f->s.rdata));
}

void cw_dpi_ans(u64 ctx, uint8_t port, uint8_t tag, uint8_t verdict, uint8_t reason, svBit epoch, u64 pa)
{
	struct cw_sim *sim = card(ctx);
	struct cw_sim_ans *a = cw_port_take(&sim->port[port], sim->cycle);

	a->tag = tag;
	a->verdict = verdict;
	a->reason = reason;
	a->epoch = epoch;
	a->pa = pa;
	a->req_cycle = sim->port[port].req_cycle[tag];
	memset(a->data, 0, sizeof(a->data));
}

void cw_dpi_ans_data(u64 ctx, uint8_t port, const svBitVecVal *data)
{
	struct cw_port *p = &card(ctx)->port[port];

	memcpy(p->ans[(p->ans_head + p->ans_n - 1) % CW_PORT_QUEUE].data, data, 64);
}

void cw_dpi_req(u64 ctx, uint8_t port, uint16_t *rctx, u64 *addr, uint16_t *len_m1, svBit *write, uint8_t *tag)
{
	const struct cw_sim_req *r = cw_port_req(&card(ctx)->port[port]);

	*rctx = r->ctx;
	*addr = r->addr;
	*len_m1 = r->len_m1;
	*write = r->write;
	*tag = r->tag;
}

void cw_dpi_open(u64 ctx, u64 table_bytes)
{
	cw_sim_table_size(card(ctx), table_bytes);
}

const char *cw_dpi_trace_file(u64 ctx)
{
	const char *name = card(ctx)->trace_file;

	return name ? name : "";
}

const char *cw_dpi_firmware(u64 ctx)
{
	const char *name = card(ctx)->firmware;

	return name ? name : "";
}

/* An answer that stands must not be withdrawn. */
static void check_answers(struct cw_sim *sim, uint8_t valid)
{
	for (unsigned p = 0; p < CW_NPORT_STREAM; p++) {
		bool v = valid >> p & 1;

		if (sim->port[p].ans_was && !v && !sim->port[p].in_reset)
			cw_sim_fail(sim, "port %u: an answer was withdrawn before it was taken", p);
		sim->port[p].ans_was = v && !sim->port[p].ans_ready;
	}
}

/* The master of the AXI4 bridge; called while it asks for something or something is under way. */
void cw_dpi_guest(u64 ctx, svBit arvalid, uint8_t arid, u64 araddr, uint8_t arlen, svBit rready, svBit awvalid,
		  uint8_t awid, u64 awaddr, uint8_t awlen, svBit wvalid, svBit wlast, svBit bready, svBit *on)
{
	struct cw_sim *sim = card(ctx);
	struct cw_axi_face *f = (struct cw_axi_face *)sim->axi[CW_SIM_GUEST];
	const struct cw_axi_master m = {araddr,	 awaddr, arvalid, arid,	  arlen, rready,
					awvalid, awid,	 awlen,	  wvalid, wlast, bready};

	if (!sim->reset_left)
		cw_axi_tick(sim->axi[CW_SIM_GUEST], &m, sim->cycle);
	*on = f->work || f->s.rvalid || f->s.bvalid;
}

void cw_dpi_guest_pins(u64 ctx, svBit *arready, svBit *rvalid, uint8_t *rid, uint8_t *rresp, svBit *rlast,
		       svBit *awready, svBit *wready, svBit *bvalid, uint8_t *bid, uint8_t *bresp, svBit *rfresh)
{
	const struct cw_axi_slave *s = (struct cw_axi_slave *)card(ctx)->axi[CW_SIM_GUEST];

	*arready = s->arready;
	*rvalid = s->rvalid;
	*rid = s->rid;
	*rresp = s->rresp;
	*rlast = s->rlast;
	*awready = s->awready;
	*wready = s->wready;
	*bvalid = s->bvalid;
	*bid = s->bid;
	*bresp = s->bresp;
	*rfresh = s->rfresh;
}

/* The slave of the AXI4 bridge; called while the initiator has something to ask or to hear. */
void cw_dpi_bridge(u64 ctx, svBit awready, svBit wready, svBit bvalid, uint8_t bid, uint8_t bresp, svBit arready,
		   svBit rvalid, uint8_t rid, uint8_t rresp, svBit rlast, const svBitVecVal *rdata)
{
	struct cw_sim *sim = card(ctx);
	struct cw_bridge *b = &sim->bridge;
	const struct cw_bridge_out o = {awready, wready, bvalid, bid, bresp, arready, rvalid, rid, rresp, rlast};
	const char *wrong = NULL;

	memcpy(b->rdata, rdata, sizeof(b->rdata));
	if (!sim->reset_left && !b->in_reset)
		wrong = cw_bridge_tick(b, &o, sim->cycle);
	if (wrong)
		cw_sim_fail(sim, "bridge: %s", wrong);
}

void cw_dpi_bridge_pins(u64 ctx, svBit *awvalid, uint8_t *awid, u64 *awaddr, uint8_t *awlen, uint8_t *awsize,
			uint8_t *awburst, svBit *awlock, uint16_t *awuser, svBit *wvalid, u64 *wstrb, svBit *wlast,
			svBit *wfresh, svBit *bready, svBit *arvalid, uint8_t *arid, u64 *araddr, uint8_t *arlen,
			uint8_t *arsize, uint8_t *arburst, svBit *arlock, uint16_t *aruser, svBit *rready)
{
	const struct cw_bridge_in *p = &card(ctx)->bridge.pins;
	static const struct cw_sim_burst none;
	const struct cw_sim_burst *aw = p->awvalid ? p->aw : &none;
	const struct cw_sim_burst *ar = p->arvalid ? p->ar : &none;

	*awvalid = p->awvalid;
	*awid = aw->id;
	*awaddr = aw->addr;
	*awlen = aw->len;
	*awsize = aw->size;
	*awburst = aw->burst;
	*awlock = aw->lock;
	*awuser = aw->ctx;
	*wvalid = p->wvalid;
	*wstrb = p->wstrb;
	*wlast = p->wlast;
	*wfresh = p->wfresh;
	*bready = p->bready;
	*arvalid = p->arvalid;
	*arid = ar->id;
	*araddr = ar->addr;
	*arlen = ar->len;
	*arsize = ar->size;
	*arburst = ar->burst;
	*arlock = ar->lock;
	*aruser = ar->ctx;
	*rready = p->rready;
}

void cw_dpi_bridge_wdata(u64 ctx, svBitVecVal *data)
{
	memcpy(data, card(ctx)->bridge.pins.wdata, 64);
}

/* Resets of ports: what is behind them hears of it. Who is quiet. */
static uint8_t hear_resets(struct cw_sim *sim, uint8_t ports, bool bridge)
{
	uint8_t quiet = 0;

	if (bridge && !sim->bridge.in_reset)
		cw_bridge_reset(&sim->bridge);
	sim->bridge.in_reset = bridge;
	for (unsigned p = 0; p < CW_NPORT_STREAM; p++)
		quiet |= (uint8_t)(cw_port_hear(&sim->port[p], ports >> p & 1) << p);
	sim->resets = ports || bridge;
	return quiet;
}

void cw_dpi_ar(u64 ctx, uint8_t mem, uint8_t id, u64 addr, uint8_t len)
{
	struct cw_axi_master *m = &card(ctx)->pins[mem];

	m->araddr = addr;
	m->arid = id;
	m->arlen = len;
}

void cw_dpi_aw(u64 ctx, uint8_t mem, uint8_t id, u64 addr, uint8_t len)
{
	struct cw_axi_master *m = &card(ctx)->pins[mem];

	m->awaddr = addr;
	m->awid = id;
	m->awlen = len;
}

/* A memory's cycle; true if pins of it differ from those of the cycle before. */
static bool memory_tick(struct cw_sim *sim, enum cw_sim_mem mem, uint8_t bits)
{
	struct cw_axi_master *m = &sim->pins[mem];
	const struct cw_axi_slave *s = (struct cw_axi_slave *)sim->axi[mem];
	uint8_t was[offsetof(struct cw_axi_slave, rfresh)];

	m->arvalid = bits & 1;
	m->rready = bits >> 1 & 1;
	m->awvalid = bits >> 2 & 1;
	m->wvalid = bits >> 3 & 1;
	m->wlast = bits >> 4 & 1;
	m->bready = bits >> 5 & 1;
	memcpy(was, s, sizeof(was));
	cw_axi_tick(sim->axi[mem], m, sim->cycle);
	return s->rfresh || memcmp(was, s, sizeof(was)) != 0;
}

/* The register bus, likewise. */
static bool pcie_tick(struct cw_sim *sim, uint8_t bits, uint32_t rdata, uint8_t irq)
{
	const struct cw_lite_out lite = {bits & 1, bits >> 1 & 1, bits >> 2 & 1, bits >> 3 & 1, bits >> 4 & 1, rdata};
	bool due = sim->pcie.busy;

	cw_pcie_tick(&sim->pcie, &lite, irq, sim->cycle);
	return due || sim->pcie.busy;
}

static void ports_tick(struct cw_sim *sim, struct cw_sim_out *out)
{
	for (unsigned p = 0; p < CW_NPORT_STREAM; p++) {
		struct cw_port *q = &sim->port[p];

		cw_port_drive(q);
		out->req_valid |= (uint8_t)(q->req_valid << p);
		out->req_fresh |= (uint8_t)(q->req_fresh << p);
		out->ans_ready |= (uint8_t)(q->ans_ready << p);
		out->rel_valid |= (uint8_t)(q->rel_valid << p);
		if (q->rel_valid)
			out->rel_tag |= (uint64_t)q->rel[q->rel_head] << (CW_TAG_W * p);
	}
}

void cw_dpi_tick(u64 ctx, u64 pins, uint32_t s_rdata, svBit *due, svBit *b_on)
{
	struct cw_sim *sim = card(ctx);
	const uint8_t req_ready = (uint8_t)(pins >> 24), rel_ready = (uint8_t)(pins >> 40);
	const uint8_t p_reset = (uint8_t)(pins >> 48), b_reset = pins >> 21 & 1;
	struct cw_sim_out out = {0};
	bool news = false;

	if (sim->reset_left) {
		sim->reset_left--;
		news = true;
	} else {
		if (p_reset | b_reset | sim->resets)
			out.quiet = hear_resets(sim, p_reset, b_reset);
		check_answers(sim, (uint8_t)(pins >> 32));
		for (unsigned p = 0; p < CW_NPORT_STREAM; p++)
			cw_port_sample(&sim->port[p], req_ready >> p & 1, rel_ready >> p & 1, sim->cycle);
		if (sim->hook)
			sim->hook(sim->hook_priv);
		news |= memory_tick(sim, CW_SIM_TABLE, (uint8_t)pins);
		news |= memory_tick(sim, CW_SIM_HOST, (uint8_t)(pins >> 8));
		news |= pcie_tick(sim, (uint8_t)(pins >> 16), s_rdata, (uint8_t)(pins >> 56));
		ports_tick(sim, &out);
	}
	sim->cycle++;
	out.rst_n = !sim->reset_left;
	out.trace_on = sim->trace_file && sim->cycle >= sim->trace_start;
	out.mon_on = sim->mon != NULL;
	*due = news || out.req_fresh || memcmp(&out, &sim->out, sizeof(out)) != 0;
	sim->out = out;
	*b_on = sim->bridge.open != 0 || sim->bridge.in_reset;
}

void cw_dpi_pins(u64 ctx, svBit *rst_n, svBit *trace_on, svBit *mon_on, svBit *t_arready, svBit *t_rvalid,
		 uint8_t *t_rid, uint8_t *t_rresp, svBit *t_rlast, svBit *t_awready, svBit *t_wready, svBit *t_bvalid,
		 uint8_t *t_bid, uint8_t *t_bresp, svBit *t_rfresh, svBit *h_arready, svBit *h_rvalid, uint8_t *h_rid,
		 uint8_t *h_rresp, svBit *h_rlast, svBit *h_awready, svBit *h_wready, svBit *h_bvalid, uint8_t *h_bid,
		 uint8_t *h_bresp, svBit *h_rfresh, svBit *s_awvalid, uint16_t *s_awaddr, svBit *s_wvalid,
		 uint32_t *s_wdata, svBit *s_bready, svBit *s_arvalid, uint16_t *s_araddr, svBit *s_rready,
		 uint8_t *p_req_valid, uint8_t *p_req_fresh, uint8_t *p_ans_ready, uint8_t *p_rel_valid, u64 *p_rel_tag,
		 uint8_t *p_quiet)
{
	const struct cw_sim *sim = card(ctx);
	const struct cw_axi_slave *t = (struct cw_axi_slave *)sim->axi[CW_SIM_TABLE];
	const struct cw_axi_slave *h = (struct cw_axi_slave *)sim->axi[CW_SIM_HOST];
	const struct cw_lite_in *l = &sim->pcie.lite;

	*rst_n = sim->out.rst_n;
	*trace_on = sim->out.trace_on;
	*mon_on = sim->out.mon_on;
	*t_arready = t->arready;
	*t_rvalid = t->rvalid;
	*t_rid = t->rid;
	*t_rresp = t->rresp;
	*t_rlast = t->rlast;
	*t_awready = t->awready;
	*t_wready = t->wready;
	*t_bvalid = t->bvalid;
	*t_bid = t->bid;
	*t_bresp = t->bresp;
	*t_rfresh = t->rfresh;
	*h_arready = h->arready;
	*h_rvalid = h->rvalid;
	*h_rid = h->rid;
	*h_rresp = h->rresp;
	*h_rlast = h->rlast;
	*h_awready = h->awready;
	*h_wready = h->wready;
	*h_bvalid = h->bvalid;
	*h_bid = h->bid;
	*h_bresp = h->bresp;
	*h_rfresh = h->rfresh;
	*s_awvalid = l->awvalid;
	*s_awaddr = l->awaddr;
	*s_wvalid = l->wvalid;
	*s_wdata = l->wdata;
	*s_bready = l->bready;
	*s_arvalid = l->arvalid;
	*s_araddr = l->araddr;
	*s_rready = l->rready;
	*p_req_valid = sim->out.req_valid;
	*p_req_fresh = sim->out.req_fresh;
	*p_ans_ready = sim->out.ans_ready;
	*p_rel_valid = sim->out.rel_valid;
	*p_rel_tag = sim->out.rel_tag;
	*p_quiet = sim->out.quiet;
}
