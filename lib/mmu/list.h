/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Circular doubly linked list, embedded in its elements. A node that is in no list points to itself. */
#ifndef CW_MMU_LIST_H
#define CW_MMU_LIST_H

#include "env.h"

struct cw_list {
	struct cw_list *next, *prev;
};

#define cw_list_entry(node, type, member) ((type *)((char *)(node)-offsetof(type, member)))

/* Iterates over nodes; the body must not remove the current one. */
#define cw_list_for(node, head) for (struct cw_list *node = (head)->next; node != (head); node = node->next)

static inline void cw_list_init(struct cw_list *l)
{
	l->next = l->prev = l;
}

static inline bool cw_list_empty(const struct cw_list *l)
{
	return l->next == l;
}

static inline void cw_list_add(struct cw_list *head, struct cw_list *node)
{
	node->next = head->next;
	node->prev = head;
	head->next->prev = node;
	head->next = node;
}

static inline void cw_list_add_tail(struct cw_list *head, struct cw_list *node)
{
	cw_list_add(head->prev, node);
}

static inline void cw_list_del(struct cw_list *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	cw_list_init(node);
}

#endif
