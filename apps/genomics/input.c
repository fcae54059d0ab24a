#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "report.h"

enum {
    RAW_BYTES = 1 << 18,   /* read from the file at once */
    BLOCK_BYTES = 1 << 18, /* handed to the caller at once; the ring below stays within a second-level cache */
    RING = 4,
    BGZF_HEADER = 16, /* bytes of a gzip header that tell blocked gzip */
};

struct block {
    size_t size;
    unsigned char data[BLOCK_BYTES];
};

struct input {
    const char *name;
    int fd;
    bool at_end;  /* the file has no more bytes than those in raw */
    bool gzip;    /* the file is compressed */
    bool inside;  /* between the header and the trailer of a gzip member */
    bool unended; /* the last member was a BGZF block other than the empty one that ends such a file */
    bool bgzf;    /* this member is a BGZF block */
    z_stream z;   /* next_in, avail_in: the unread part of raw, for plain files too */
    unsigned char raw[RAW_BYTES];

    bool ahead;
    bool closing; /* the caller wants no more blocks */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t filled, taken, released; /* blocks so far; filled - released <= RING */
    struct block ring[RING];
};

/* Reads until raw holds at least wanted bytes or the file ends. */
static void refill(struct input *in, size_t wanted)
{
    if (in->z.avail_in >= wanted || in->at_end)
        return;
    memmove(in->raw, in->z.next_in, in->z.avail_in);
    in->z.next_in = in->raw;
    while (in->z.avail_in < wanted && !in->at_end) {
        ssize_t got = read(in->fd, in->raw + in->z.avail_in, RAW_BYTES - in->z.avail_in);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            die("cannot read %s: %s", in->name, strerror(errno));
        in->at_end = got == 0;
        in->z.avail_in += (uInt)got;
    }
}

static bool starts_gzip(const struct input *in)
{
    return in->z.avail_in >= 2 && in->z.next_in[0] == 0x1f && in->z.next_in[1] == 0x8b;
}

/* BGZF, gzip in small members, says so in an extra field "BC" of each header. */
static bool starts_bgzf(const struct input *in)
{
    return in->z.avail_in >= BGZF_HEADER && (in->z.next_in[3] & 4) && memcmp(in->z.next_in + 12, "BC\2", 4) == 0;
}

/* Steps into the next gzip member; false at the end of the file. Zeros may pad the file (tapes do). */
static bool begin_member(struct input *in)
{
    refill(in, BGZF_HEADER);
    if (!starts_gzip(in)) {
        for (; in->z.avail_in > 0; refill(in, 1))
            for (; in->z.avail_in > 0; in->z.avail_in--)
                if (*in->z.next_in++ != 0)
                    die("%s: garbage after the gzip data", in->name);
        if (in->unended)
            die("%s: truncated: the empty block that ends a BGZF file is missing", in->name);
        return false;
    }
    in->bgzf = starts_bgzf(in);
    inflateReset(&in->z);
    return in->inside = true;
}

static size_t fill_inflated(struct input *in, unsigned char *data)
{
    in->z.next_out = data;
    in->z.avail_out = BLOCK_BYTES;
    while (in->z.avail_out > 0 && (in->inside || begin_member(in))) {
        refill(in, 1);
        if (in->z.avail_in == 0)
            die("%s: truncated: the file ends within its gzip data", in->name);
        int status = inflate(&in->z, Z_NO_FLUSH);
        if (status == Z_STREAM_END) {
            in->inside = false;
            in->unended = in->bgzf && in->z.total_out > 0;
        } else if (status == Z_MEM_ERROR) {
            die("out of memory");
        } else if (status != Z_OK) {
            die("%s: damaged gzip data: %s", in->name, in->z.msg ? in->z.msg : "inconsistent stream");
        }
    }
    return BLOCK_BYTES - in->z.avail_out;
}

static size_t fill_plain(struct input *in, unsigned char *data)
{
    refill(in, 1);
    size_t size = in->z.avail_in;
    memcpy(data, in->z.next_in, size);
    in->z.avail_in = 0;
    return size;
}

static void fill(struct input *in, struct block *block)
{
    block->size = in->gzip ? fill_inflated(in, block->data) : fill_plain(in, block->data);
}

/* The thread that reads ahead: fills blocks round the ring, the empty block of the end included. */
static void *read_ahead(void *arg)
{
    struct input *in = arg;
    pthread_mutex_lock(&in->lock);
    for (bool more = true; more;) {
        while (in->filled - in->released == RING && !in->closing)
            pthread_cond_wait(&in->changed, &in->lock);
        if (in->closing)
            break;
        struct block *block = &in->ring[in->filled % RING];
        pthread_mutex_unlock(&in->lock);
        fill(in, block);
        pthread_mutex_lock(&in->lock);
        in->filled++;
        more = block->size > 0;
        pthread_cond_signal(&in->changed);
    }
    pthread_mutex_unlock(&in->lock);
    return NULL;
}

static const struct block *next_ahead(struct input *in)
{
    pthread_mutex_lock(&in->lock);
    in->released = in->taken;
    pthread_cond_signal(&in->changed);
    while (in->filled == in->taken)
        pthread_cond_wait(&in->changed, &in->lock);
    const struct block *block = &in->ring[in->taken++ % RING];
    pthread_mutex_unlock(&in->lock);
    return block;
}

struct input *input_open(const char *path, bool ahead)
{
    struct input *in = calloc(1, sizeof *in);
    if (!in)
        die("out of memory");
    bool standard = strcmp(path, "-") == 0;
    in->name = standard ? "standard input" : path;
    in->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (in->fd < 0)
        die("cannot open %s: %s", path, strerror(errno));
    in->z.next_in = in->raw;
    refill(in, 2);
    in->gzip = starts_gzip(in);
    if (in->gzip && inflateInit2(&in->z, 15 + 16) != Z_OK) /* the largest window, gzip format */
        die("out of memory");
    in->ahead = ahead;
    if (ahead) {
        pthread_mutex_init(&in->lock, NULL);
        pthread_cond_init(&in->changed, NULL);
        if (pthread_create(&in->thread, NULL, read_ahead, in) != 0)
            die("cannot start a thread");
    }
    return in;
}

const char *input_name(const struct input *in)
{
    return in->name;
}

size_t input_next(struct input *in, const unsigned char **data)
{
    const struct block *block = &in->ring[0];
    if (in->ahead)
        block = next_ahead(in);
    else
        fill(in, &in->ring[0]);
    *data = block->data;
    return block->size;
}

static void stop_ahead(struct input *in)
{
    pthread_mutex_lock(&in->lock);
    in->closing = true;
    pthread_cond_signal(&in->changed);
    pthread_mutex_unlock(&in->lock);
    pthread_join(in->thread, NULL);
    pthread_cond_destroy(&in->changed);
    pthread_mutex_destroy(&in->lock);
}

void input_close(struct input *in)
{
    if (in->ahead)
        stop_ahead(in);
    if (in->gzip)
        inflateEnd(&in->z);
    if (in->fd != STDIN_FILENO)
        close(in->fd);
    free(in);
}
