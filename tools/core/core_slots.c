/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * gfn to slot, uniform over all slots, against a balanced binary tree whose nodes stand in the slots: KVM's red-black
 * tree at its best. Both read the slot that they find. Each turn begins with the same lookups, not timed: what counts
 * is many lookups, not what the other structure has left in the caches. What they take without that is shown beside it.
 */
#include "core.h"

#define SLOTS 32764u
#define LOOKUPS (1u << 17)
#define RUNS 31u
#define SPACES_RUNS 101u /* two that are to be the same */
#define TREE_NS 109.0	 /* the best that the tree was seen to take */

struct tree_slot {
	struct tree_slot *left, *right, *parent[2];
	uint64_t base_gfn, npages;
	uint64_t more[18]; /* a slot of KVM's is about this large */
};

struct tree {
	core_work work;
	struct tree_slot *root, **slot; /* by gfn */
	const uint64_t *gfn;
};

struct set {
	core_work work;
	const struct cw_slot_set *set;
	const uint64_t *gfn;
};

static struct tree_slot *balance(struct tree_slot **slot, unsigned n)
{
	struct tree_slot *mid;

	if (!n)
		return NULL;
	mid = slot[n / 2];
	mid->left = balance(slot, n / 2);
	mid->right = balance(slot + n / 2 + 1, n - n / 2 - 1);
	return mid;
}

static inline const struct tree_slot *find_tree(const struct tree *t, uint64_t gfn)
{
	const struct tree_slot *s = t->root;

	while (s) {
		if (gfn < s->base_gfn)
			s = s->left;
		else if (gfn < s->base_gfn + s->npages)
			break;
		else
			s = s->right;
	}
	return s;
}

static uint64_t look_tree(void *arg)
{
	const struct tree *t = arg;
	uint64_t sum = 0;

	for (unsigned i = 0; i < LOOKUPS; i++) {
		const struct tree_slot *s = find_tree(t, t->gfn[i]);

		sum += s ? s->base_gfn : 1;
	}
	return sum;
}

static uint64_t look_set(void *arg)
{
	const struct set *s = arg;
	uint64_t sum = 0;

	for (unsigned i = 0; i < LOOKUPS; i++) {
		const struct cw_memslot *slot = cw_slots_find(s->set, s->gfn[i]);

		sum += slot ? slot->base_gfn : 1;
	}
	return sum;
}

/* Any of the structures: the same lookups once, before they are timed. */
static void once(void *arg)
{
	static volatile uint64_t sum;

	sum = (*(core_work *)arg)(arg);
	(void)sum;
}

/* The least for any structure that ends with the slot: an array by chunks of 2 MiB, and the slot is read. */
struct array {
	struct cw_memslot **slot;
	const uint64_t *gfn;
};

static uint64_t look_array(void *arg)
{
	const struct array *a = arg;
	uint64_t sum = 0;

	for (unsigned i = 0; i < LOOKUPS; i++) {
		const struct cw_memslot *slot = a->slot[a->gfn[i] >> 9];

		sum += a->gfn[i] - slot->base_gfn < slot->npages ? slot->base_gfn : 1;
	}
	return sum;
}

static void measure_array(const char *name, struct set *s, uint64_t end)
{
	struct array a = {core_alloc(end / 512 + 1, sizeof(void *)), s->gfn};
	char text[96];
	double ns;

	for (uint64_t gfn = 0; gfn < end; gfn += 512)
		a.slot[gfn / 512] = cw_slots_find(s->set, gfn);
	core_interleave((const core_work[]){look_array}, (void *const[]){&a}, 1, RUNS, NULL, NULL, &ns);
	snprintf(text, sizeof(text), "array by 2 MiB, %s", name);
	core_baseline(text, "ns", ns / LOOKUPS, 0);
	free(a.slot);
}

static void shuffle(void **p, unsigned n, uint64_t *rng)
{
	for (unsigned i = n; i > 1; i--) {
		unsigned j = (unsigned)(core_random(rng) % i);
		void *t = p[i - 1];

		p[i - 1] = p[j];
		p[j] = t;
	}
}

static void layout(const char *name, bool aligned, double bar)
{
	static struct core_vm one, two;
	const unsigned n = SLOTS;
	uint64_t rng = 7 + n, gfn = aligned ? 512 : 777, *where = core_alloc(LOOKUPS, sizeof(*where));
	struct tree t = {.work = look_tree, .slot = core_alloc(n, sizeof(void *)), .gfn = where};
	struct tree_slot *slots;
	struct set a, b;
	char text[96];
	double ns[2], cold[2], two_ns[2];

	core_vm_init(&one);
	core_vm_init(&two);
	/* Side by side, as an allocator of one kind of objects has them. */
	slots = core_alloc(n, sizeof(*slots));
	for (unsigned i = 0; i < n; i++)
		t.slot[i] = &slots[i];
	/* Memory is not in the order of gfns. */
	shuffle((void **)t.slot, n, &rng);
	for (unsigned i = 0; i < n; i++) {
		struct tree_slot *s = t.slot[i];

		s->base_gfn = gfn;
		s->npages = aligned ? 512 * (1 + core_random(&rng) % 4) : 1 + core_random(&rng) % 4000;
		gfn += s->npages + (aligned ? 512 * (core_random(&rng) % 2) : core_random(&rng) % 50);
	}
	t.root = balance(t.slot, n);
	for (unsigned i = 0, step = n % 7919 ? 7919 : 7927; i < n; i++) {
		unsigned k = (unsigned)((uint64_t)i * step % n);

		uint64_t at = t.slot[k]->base_gfn, npages = t.slot[k]->npages;

		/* Who comes first has the better memory by some percent: each in turn. */
		if ((i % 2 && core_slot(&one, i, at, npages, 0)) || core_slot(&two, i, at, npages, 0) ||
		    core_slot(&two, 1u << 16 | i, at, npages, 0) || (i % 2 == 0 && core_slot(&one, i, at, npages, 0)))
			core_wrong("a slot was refused");
	}
	for (unsigned i = 0; i < LOOKUPS; i++) {
		const struct tree_slot *s = t.slot[core_random(&rng) % n];

		where[i] = s->base_gfn + core_random(&rng) % s->npages;
	}
	a = (struct set){look_set, cw_slots_active(&one.mmu, 0), where};
	b = (struct set){look_set, cw_slots_active(&two.mmu, 0), where};
	for (unsigned i = 0; i < LOOKUPS; i++) {
		const struct tree_slot *s = find_tree(&t, where[i]);
		const struct cw_memslot *x = cw_slots_find(a.set, where[i]), *y = cw_slots_find(b.set, where[i]);

		if (!s || !x || !y || x->base_gfn != s->base_gfn || y->base_gfn != s->base_gfn)
			core_wrong("lookups of slots disagree");
	}
	core_compared(name, LOOKUPS);
	core_interleave((const core_work[]){look_tree, look_set}, (void *const[]){&t, &a}, 2, RUNS, once,
			(const double[]){TREE_NS * LOOKUPS, 0}, ns);
	core_interleave((const core_work[]){look_tree, look_set}, (void *const[]){&t, &a}, 2, RUNS, NULL, NULL, cold);
	core_interleave((const core_work[]){look_set, look_set}, (void *const[]){&a, &b}, 2, SPACES_RUNS, once, NULL,
			two_ns);
	snprintf(text, sizeof(text), "tree of slots, %s", name);
	core_baseline(text, "ns", ns[0] / LOOKUPS, TREE_NS);
	snprintf(text, sizeof(text), "tree of slots, %s, caches cold", name);
	core_baseline(text, "ns", cold[0] / LOOKUPS, 0);
	snprintf(text, sizeof(text), "%s, caches cold", name);
	core_baseline(text, "ns", cold[1] / LOOKUPS, 0);
	core_ratio(name, "ns", ns[1] / LOOKUPS, ns[0] / LOOKUPS, bar);
	if (aligned)
		measure_array(name, &a, gfn);
	snprintf(text, sizeof(text), "%s, two address spaces", name);
	core_ratio(text, "ns", two_ns[1] / LOOKUPS, two_ns[0] / LOOKUPS, 1.02);
	core_vm_destroy(&one);
	core_vm_destroy(&two);
	free(slots);
	free(t.slot);
	free(where);
}

void core_slots(void)
{
	layout("gfn to slot, any alignment, 32764 slots", false, 0.35);
	layout("gfn to slot, 2 MiB aligned, 32764 slots", true, 0.10);
}
