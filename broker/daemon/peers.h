/* Sessions by routing id: who is behind each connection, and what is going on with it. */
#ifndef MU_DAEMON_PEERS_H
#define MU_DAEMON_PEERS_H

#include "broker/desk/desk.h"
#include "proto/session/session.h"

/* A program follows once per lane, its roster beside it, and a little. */
#define MU_FOLLOWS_MAX 8u
/* Programs of one agency's desk and a few readers beside them; a hostile key gets no more either. */
#define MU_SESSIONS_OF_KEY_MAX 8u
/* A routing id is five bytes of ZeroMQ's own, or what the peer asked for. */
#define MU_ROUTE_BYTES_MAX 255u

struct mu_follower; /* feed.h */

struct mu_route {
    uint8_t size;
    uint8_t b[MU_ROUTE_BYTES_MAX];
};

struct mu_peer {
    struct mu_peer *chained; /* in its bucket */
    struct mu_peer *next;    /* in the list of all */
    struct mu_route route;
    uint8_t key[MU_CURVE_BYTES]; /* the CURVE key it proved to hold */
    struct mu_session session;
    struct mu_desk_seat seat; /* its agent, by that key */
    uint64_t instance;        /* as of HELLO */
    char program[MU_NAME_BYTES_MAX + 1];
    uint32_t deliver_bytes;  /* the most one DELIVER should hold; 0: as we like */
    uint32_t fragment_bytes; /* 0: whole frames */
    int64_t heard_ms;        /* machine time of the last frame */
    uint64_t common;         /* numbers up to here mean the same under the head HELLO named */
    bool welcome_owed;       /* HELLO was heard in this turn */
    bool clock_owed;         /* CLOCK was heard in this turn */
    bool reports_idle;       /* a program of an exercise */
    uint64_t idle_through;
    bool gone; /* swept at the end of the pass; nothing is sent any more */
    struct mu_follower *follower[MU_FOLLOWS_MAX];
};

struct mu_peers {
    struct mu_peer **bucket;
    size_t buckets; /* a power of two */
    struct mu_peer *first;
    size_t count;
    size_t max;
    bool any_gone;
    uint64_t granted; /* bytes of SUBMIT all sessions together may have on their way */
};

MU_MUST_USE enum mu_err mu_peers_open(struct mu_peers *peers, size_t max);
void mu_peers_close(struct mu_peers *peers);

/* The peer behind this route, when it is still the one with this key; NULL otherwise. */
struct mu_peer *mu_peers_find(struct mu_peers *peers, const struct mu_route *route,
                              const uint8_t key[MU_CURVE_BYTES]);
/* Lends a new peer, which takes the route from whoever had it. Errors: MU_E_BUSY at the bound;
 * MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_peers_add(struct mu_peers *peers, const struct mu_route *route,
                                     const uint8_t key[MU_CURVE_BYTES],
                                     struct mu_session_budget *budget, struct mu_peer **out);
/* An earlier connection of the same agent and instance than `peer`'s; NULL when there is none. */
struct mu_peer *mu_peers_older(struct mu_peers *peers, const struct mu_peer *peer);
/* Of too many sessions of the key of `peer`, the one not heard for longest; NULL when they are not too
 * many. */
struct mu_peer *mu_peers_crowding(struct mu_peers *peers, const struct mu_peer *peer);
/* Grants this session so many bytes of SUBMIT, in place of what it had. */
void mu_peers_grant(struct mu_peers *peers, struct mu_peer *peer, uint32_t bytes);
/* The least idle_through of the programs that report it; `otherwise` when none does. */
uint64_t mu_peers_idle_through(const struct mu_peers *peers, uint64_t otherwise);
/* Nothing is sent to this peer any more; it is freed with the next sweep. */
void mu_peers_leave(struct mu_peers *peers, struct mu_peer *peer);
/* Frees all that are gone. Their followers are ended
 * before, by the caller. */
void mu_peers_sweep(struct mu_peers *peers);

#endif
