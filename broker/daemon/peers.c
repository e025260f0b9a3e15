#include "broker/daemon/peers.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a: routing ids are random already. */
static size_t bucket_of(const struct mu_peers *peers, const struct mu_route *route)
{
    uint64_t h = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < route->size; i++)
        h = (h ^ route->b[i]) * UINT64_C(1099511628211);
    return (size_t)(h ^ h >> 32) & (peers->buckets - 1);
}

static bool same_route(const struct mu_route *a, const struct mu_route *b)
{
    return a->size == b->size && memcmp(a->b, b->b, a->size) == 0;
}

static struct mu_peer *by_route(const struct mu_peers *peers, const struct mu_route *route)
{
    struct mu_peer *peer = peers->bucket[bucket_of(peers, route)];

    while (peer != NULL && (peer->gone || !same_route(&peer->route, route)))
        peer = peer->chained;
    return peer;
}

enum mu_err mu_peers_open(struct mu_peers *peers, size_t max)
{
    *peers = (struct mu_peers){.buckets = 64, .max = max};
    while (peers->buckets < max)
        peers->buckets *= 2;
    peers->bucket = calloc(peers->buckets, sizeof *peers->bucket);
    return peers->bucket != NULL ? MU_OK : MU_E_NO_MEMORY;
}

void mu_peers_close(struct mu_peers *peers)
{
    for (struct mu_peer *peer = peers->first; peer != NULL; peer = peer->next)
        mu_peers_leave(peers, peer);
    mu_peers_sweep(peers);
    free(peers->bucket);
    peers->bucket = NULL;
}

/* A route may come back with another key behind it: then the one we knew is gone. */
struct mu_peer *mu_peers_find(struct mu_peers *peers, const struct mu_route *route,
                              const uint8_t key[MU_CURVE_BYTES])
{
    struct mu_peer *peer = by_route(peers, route);

    return peer != NULL && memcmp(peer->key, key, sizeof peer->key) == 0 ? peer : NULL;
}

enum mu_err mu_peers_add(struct mu_peers *peers, const struct mu_route *route,
                         const uint8_t key[MU_CURVE_BYTES], struct mu_session_budget *budget,
                         struct mu_peer **out)
{
    struct mu_peer *before = by_route(peers, route), *peer;
    size_t bucket = bucket_of(peers, route);

    if (before != NULL)
        mu_peers_leave(peers, before);
    if (peers->count >= peers->max)
        return MU_E_BUSY;
    peer = calloc(1, sizeof *peer);
    if (peer == NULL)
        return MU_E_NO_MEMORY;
    peer->route = *route;
    memcpy(peer->key, key, sizeof peer->key);
    peer->session = mu_session(MU_SIDE_BROKER, budget);
    peer->seat.user = peer;
    peer->chained = peers->bucket[bucket];
    peers->bucket[bucket] = peer;
    peer->next = peers->first;
    peers->first = peer;
    peers->count++;
    *out = peer;
    return MU_OK;
}

struct mu_peer *mu_peers_older(struct mu_peers *peers, const struct mu_peer *peer)
{
    for (struct mu_peer *p = peers->first; p != NULL; p = p->next) {
        if (p != peer && !p->gone && p->session.state == MU_SESSION_OPEN &&
            p->instance == peer->instance && mu_agent_id_equal(&p->seat.agent, &peer->seat.agent))
            return p;
    }
    return NULL;
}

struct mu_peer *mu_peers_crowding(struct mu_peers *peers, const struct mu_peer *peer)
{
    struct mu_peer *longest = NULL;
    size_t count = 0;

    for (struct mu_peer *p = peers->first; p != NULL; p = p->next) {
        if (p->gone || memcmp(p->key, peer->key, sizeof p->key) != 0)
            continue;
        count++;
        if (p != peer && (longest == NULL || p->heard_ms <= longest->heard_ms))
            longest = p;
    }
    return count > MU_SESSIONS_OF_KEY_MAX ? longest : NULL;
}

void mu_peers_grant(struct mu_peers *peers, struct mu_peer *peer, uint32_t bytes)
{
    peers->granted -= peer->seat.credit_bytes;
    peer->seat.credit_bytes = bytes;
    peers->granted += bytes;
}

uint64_t mu_peers_idle_through(const struct mu_peers *peers, uint64_t otherwise)
{
    uint64_t least = UINT64_MAX;

    for (const struct mu_peer *p = peers->first; p != NULL; p = p->next) {
        if (p->reports_idle && !p->gone && p->idle_through < least)
            least = p->idle_through;
    }
    return least == UINT64_MAX ? otherwise : least;
}

static void unchain(struct mu_peers *peers, struct mu_peer *peer)
{
    struct mu_peer **at = &peers->bucket[bucket_of(peers, &peer->route)];

    while (*at != peer)
        at = &(*at)->chained;
    *at = peer->chained;
}

void mu_peers_leave(struct mu_peers *peers, struct mu_peer *peer)
{
    peer->gone = true;
    peers->any_gone = true;
}

void mu_peers_sweep(struct mu_peers *peers)
{
    struct mu_peer **at = &peers->first;

    if (!peers->any_gone)
        return;
    peers->any_gone = false;
    while (*at != NULL) {
        struct mu_peer *peer = *at;

        if (!peer->gone) {
            at = &peer->next;
            continue;
        }
        *at = peer->next;
        unchain(peers, peer);
        mu_session_end(&peer->session);
        mu_peers_grant(peers, peer, 0);
        free(peer);
        peers->count--;
    }
}
