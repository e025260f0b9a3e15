/* Byte cursors: the only way bytes from outside are read and fixed layouts are written.
 *
 * A reader or writer that ran over its end stays failed: read on, then ask once with
 * mu_reader_ok(). All integers are big-endian. Nothing here allocates or owns memory.
 */
#ifndef MU_BASE_BYTES_H
#define MU_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/id.h"

/* Bytes lent by somebody; who, and until when, is said where it appears. */
struct mu_bytes {
    const uint8_t *data;
    size_t size;
};

struct mu_reader {
    const uint8_t *at;
    size_t left;
    bool failed;
};

struct mu_writer {
    uint8_t *data; /* NULL: only count */
    size_t size;   /* room in data */
    size_t used;
    bool failed;
};

struct mu_reader mu_reader(struct mu_bytes bytes);
uint8_t mu_read_u8(struct mu_reader *r);
uint16_t mu_read_u16(struct mu_reader *r);
uint32_t mu_read_u32(struct mu_reader *r);
uint64_t mu_read_u64(struct mu_reader *r);
struct mu_hash mu_read_hash(struct mu_reader *r);
struct mu_agent_id mu_read_agent(struct mu_reader *r);
/* Lends `size` bytes of what is read; {NULL, 0} and failed when fewer are left. */
struct mu_bytes mu_read_bytes(struct mu_reader *r, size_t size);
/* A u16 length, then that many bytes. */
struct mu_bytes mu_read_short(struct mu_reader *r);
/* A u32 length, then that many bytes. */
struct mu_bytes mu_read_long(struct mu_reader *r);
/* Nothing failed (and, for _end, nothing is left). */
bool mu_reader_ok(const struct mu_reader *r);
bool mu_reader_end(const struct mu_reader *r);

struct mu_writer mu_writer(void *data, size_t size);
void mu_write_u8(struct mu_writer *w, uint8_t v);
void mu_write_u16(struct mu_writer *w, uint16_t v);
void mu_write_u32(struct mu_writer *w, uint32_t v);
void mu_write_u64(struct mu_writer *w, uint64_t v);
void mu_write_hash(struct mu_writer *w, const struct mu_hash *h);
void mu_write_agent(struct mu_writer *w, const struct mu_agent_id *a);
void mu_write_bytes(struct mu_writer *w, const void *data, size_t size);
/* With a u16 (u32) length before them; longer than the length can say fails the writer. */
void mu_write_short(struct mu_writer *w, struct mu_bytes b);
void mu_write_long(struct mu_writer *w, struct mu_bytes b);
bool mu_writer_ok(const struct mu_writer *w);
struct mu_bytes mu_written(const struct mu_writer *w);

/* A key of the record: a number as 8 big-endian bytes. */
void mu_put_u64(uint8_t out[8], uint64_t v);
uint64_t mu_get_u64(const uint8_t in[8]);

#endif
