/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * A mutex that serves in order of arrival. A thread that waits for the device gives its locks up and takes them again
 * many times a millisecond; with a plain mutex it would win every time.
 */
#ifndef CW_LIB_TICKET_H
#define CW_LIB_TICKET_H

#include <pthread.h>

struct cw_ticket {
	pthread_mutex_t m;
	pthread_cond_t turn;
	unsigned next, serving; /* m */
};

static inline void cw_ticket_init(struct cw_ticket *l)
{
	pthread_mutex_init(&l->m, NULL);
	pthread_cond_init(&l->turn, NULL);
	l->next = l->serving = 0;
}

static inline void cw_ticket_destroy(struct cw_ticket *l)
{
	pthread_cond_destroy(&l->turn);
	pthread_mutex_destroy(&l->m);
}

static inline void cw_ticket_lock(struct cw_ticket *l)
{
	unsigned mine;

	pthread_mutex_lock(&l->m);
	mine = l->next++;
	while (l->serving != mine)
		pthread_cond_wait(&l->turn, &l->m);
	pthread_mutex_unlock(&l->m);
}

static inline void cw_ticket_unlock(struct cw_ticket *l)
{
	pthread_mutex_lock(&l->m);
	if (++l->serving != l->next)
		pthread_cond_broadcast(&l->turn);
	pthread_mutex_unlock(&l->m);
}

#endif
