/*
 * Every size, count and second that perch holds a peer or itself to, each with its reason.
 *
 * The numbers that a client meets are listed in the README as well.
 */
#ifndef PERCH_BOUNDS_H
#define PERCH_BOUNDS_H

/* A bound as text, for messages that name it. */
#define BOUND_TEXT(bound)  BOUND_TEXT_(bound)
#define BOUND_TEXT_(bound) #bound

/* ---- The head of a request (RFC 9112 §2 to §5) ---- */

/* Without the line end. RFC 9112 §3 recommends at least 8000. */
#define REQUEST_LINE_MAX 8192
/* Request line, fields and the empty line. Twice the line, as most servers have it. */
#define HEAD_MAX 16384
/* A browser sends about 20, a chain of proxies adds another 20. */
#define FIELDS_MAX 100
/* A head up to here is remembered for the next one: a browser's is 400 to 900 octets. */
#define RECALL_BYTES 1024

/* ---- What a proxy says before the first request (--proxy-protocol) ---- */

/* The longest line of version 1, CRLF included: its specification counts it out. */
#define PROXY_TEXT_MAX 107
/* Version 2 with all that is appended to the addresses, which can be a client's certificate. It
 * could announce 64 KiB; senders are asked to stay below one segment. */
#define PROXY_HEADER_MAX 4096

/* ---- Ranges (RFC 9110 §14) ---- */

/* Downloads in pieces ask for a handful; more cost us a head each and are how servers were brought
 * down (CVE-2011-3192). */
#define RANGES_MAX 16

/* ---- Media types (--types) ---- */

/* Debian's /etc/mime.types has 70 KB. */
#define TYPES_BYTES_MAX 262144
/* RFC 6838 §4.2 lets each half have 127 characters; the longest that is registered has 84. */
#define MEDIA_TYPE_MAX 127

/* ---- The body of a request (RFC 9112 §6 and §7) ---- */

/* 10^18 - 1 fits an off_t with room for sums. */
#define CONTENT_LENGTH_DIGITS_MAX 18
/* 16^15 - 1 fits an off_t with room for sums. */
#define CHUNK_SIZE_DIGITS_MAX 15
/* Nobody is known to send extensions; without a bound they are free traffic. */
#define CHUNK_EXTENSION_MAX       256
#define CHUNK_EXTENSION_TOTAL_MAX 4096
#define MAX_BODY_DEFAULT          (UINT64_C(16) << 30)
/* A refused body up to this length is read and dropped, and the connection kept; a longer one ends
 * the connection. */
#define BODY_SKIP_MAX 65536

/* ---- Names below the served folder ---- */

#define COMPONENT_BYTES_MAX 255  /* NAME_MAX of Linux */
#define PATH_BYTES_MAX      4096 /* PATH_MAX of Linux; the kernel counts the NUL as well */

/* ---- What uploads leave behind ---- */

/* Hidden files that nobody has written to for so long are removed. No upload stands still for
 * nearly as long. */
#define LEFTOVER_SECONDS 86400
/* What came of a resumable upload is made safe in steps of so many octets, so that a killed process
 * loses no more; large enough that the syncs vanish behind the writing. */
#define PARTIAL_STEP (32 << 20)
/* How long a process that has a resumable upload may take to let go of it, a step's sync included;
 * and how often it, and who waits for it, looks. */
#define PARTIAL_TURN_MS  10000
#define PARTIAL_WATCH_MS 500
#define PARTIAL_LOOK_MS  10
/* Room on the disk is set aside so far ahead of what has come: a client that sends nothing but
 * heads holds no more of it, and what is asked for in one call takes microseconds. */
#define RESERVE_STEP (16 << 20)
/* A shorter body is here as soon as its head is, and finds out by being written; for 4 KiB, setting
 * room aside takes ext4 longer than all the rest of an upload. */
#define RESERVE_MIN 32768
/* Over a file, one so long is answered before what it replaces gives back its pages: for 1 MiB that
 * takes a tenth of the time. Shorter ones gain nothing. */
#define FORMER_MIN 65536
/* Where an upload will be synced, what came is given to the disk in such steps, so that the sync
 * has less to wait for: on ext4 from 256 MiB up 1.1 to 1.2 times as fast, and up to 1.9 times in
 * tests/bench/receive.c; below 64 MiB no slower. Steps of 2 MiB gain less. */
#define FLUSH_STEP (8 << 20)
/* Each takes a descriptor while the folders in it are looked into. */
#define SWEEP_DEPTH_MAX 256

/* ---- Listings ---- */

/* Names of one pass through a folder, and how many there may be: 100,000 of usual length fit. A
 * folder with more is read in several passes. */
#define FOLDER_NAMES_BYTES 1572864
#define FOLDER_NAMES_MAX   131072
/* Rows that the page groups: a browser lays out those in sight, and passes over the others. */
#define PAGE_GROUP_ROWS 500
/* One read of a folder. */
#define FOLDER_READ_BYTES 32768

/* ---- Buffers ---- */

/*
 * One read of an upload: large enough that the system calls vanish behind the copying, small enough
 * for a processor's own cache. Lives in .bss, so that pages nobody fills cost nothing. Measured by
 * tests/bench/receive.c on two quiet processors, GB/s and CPU seconds a GB:
 *
 *                          1 MiB, memory  16 MiB, ext4   the same, synced
 *   read, write of 64 KiB     3.6 0.17       2.6 0.37       0.74 0.43
 *   of 256 KiB                3.6 0.16       3.7 0.26       0.82 0.36
 *   of 1 MiB                  2.8 0.20       3.4 0.26       0.80 0.35
 *   splice, usual pipe        2.8 0.20       3.0 0.32       0.72 0.43
 *   pipe of 256 KiB           3.0 0.15       3.5 0.23       0.91 0.32
 *   pipe of 1 MiB             3.1 0.12       3.6 0.23       0.92 0.26
 *
 * So splice(2) as every connection could have it is slower. Larger pipes save processor's time, and
 * from 16 MiB up or synced a tenth of the time as well: but a user may have 64 MiB of them in all,
 * they would be made before the jail for connections that mostly upload nothing, and the jail would
 * let two more calls out. Read and write stay.
 */
#define WIRE_IN_BYTES (262144 + 2 * HEAD_MAX)
/* Replies gathered before one write; holds the longest reply that is built in memory. */
#define WIRE_OUT_BYTES 65536
/* A connection whose replies are all short gathers them in a buffer beside what it touches anyway,
 * which saves a page: a head's room, and a short text. */
#define WIRE_NEAR_BYTES 1280
/* What is made on its way is gathered up to here, and leaves as one chunk. */
#define CHUNK_BYTES 16384
/* POSIX's PIPE_BUF on Linux: a pipe that polls writable takes this much without blocking. */
#define PIPE_STEP 4096
/* Up to here a file is copied into the reply and leaves with its head in one write; above,
 * sendfile wins (measured: it pays from 8 to 32 KiB up). */
#define FILE_COPY_MAX 16384
/* A file up to here is held open between two requests for it: the opening of a larger one vanishes
 * behind its sending, and its room on the disk, where somebody removes it meanwhile, would be
 * missed. */
#define HELD_FILE_MAX 65536
/* To a client on this machine a file from here on leaves in full segments (TCP_CORK): two calls,
 * for a tenth less time. Shorter ones gain nothing. */
#define CORK_MIN (1 << 20)
/* One sendfile: large enough that the calls vanish behind the copying. */
#define SENDFILE_STEP (1 << 20)

/* ---- A connection ---- */

/* Of --allow-host: a server with more names has something in front of it that knows them. */
#define ALLOWED_HOSTS_MAX 32

#define REQUESTS_MAX           1000 /* then the reply says close */
#define CONNECTION_SECONDS_MAX 3600 /* likewise */

/* Milliseconds; 0 switches a clock off. The options --timeout-… set them. */
#define TIMEOUT_FIRST_MS 20000 /* until the first byte of a connection */
#define TIMEOUT_HEAD_MS  20000 /* from the first byte of a head to its end */
#define TIMEOUT_IDLE_MS  15000 /* between two requests */
#define TIMEOUT_BODY_MS  20000 /* a body or a reply, besides a second for MIN_RATE bytes each */
#define TIMEOUT_STALL_MS 20000 /* a body or a reply that does not move */
/* Bytes a second. The slowest line that anybody still has is ten times as fast; 10 GB may take
 * months. */
#define MIN_RATE     500
#define MIN_RATE_MAX (1 << 20) /* above, a fast line with a pause would not do */
/* Output that blocks is looked at so often. */
#define OUTPUT_LOOK_MS 1000
/* Output that took so long has met a peer that is slower than the kernel's buffers. */
#define OUTPUT_SLOW_MS 100

/* Lingering close: what is read and dropped after the last reply (RFC 9112 §9.6). */
#define LINGER_IDLE_MS 2000
#define LINGER_ALL_MS  10000
#define LINGER_BYTES   (1 << 20)
/* When the launcher is waiting for us. */
#define LINGER_STOPPING_MS 500
/* For the first request of a connection, or the rest of one that has begun, to arrive when the
 * process is told to end: it is on its way, and nobody else will answer it. */
#define STOP_REQUEST_MS 500

/* ---- Tokens ---- */

/* Shorter ones can be guessed. */
#define SECRET_BYTES_MIN 16
#define SECRET_BYTES_MAX 256
/* The old one and the new one while they change, and one for each friend. */
#define SECRETS_MAX 16
/* Of their file: so many at their longest, and as much in comments. */
#define SECRETS_BYTES_MAX 8192
/* A wrong token is answered so late. */
#define WRONG_TOKEN_PAUSE_MS 500
/* So many wrong tokens end a connection. */
#define WRONG_TOKENS_MAX 5

/* ---- The log ---- */

/* What a line shows of a request line, of other texts, and of both escaped: with the rest they stay
 * below what a pipe takes at once (JOURNAL_RECORD_MAX). */
#define LOG_REQUEST_BYTES_MAX 2048
#define LOG_TEXT_BYTES_MAX    512
/* The longest wait for a log that takes no more; then the record is lost. */
#define JOURNAL_WAIT_MS 200

/* ---- The jail ---- */

/* Three standard ones, the folder, the log, a file, its folder, a copy: twice that. */
#define JAIL_DESCRIPTORS_MAX 16
/* A dynamic build maps some 20 MB of libraries; a static one 1 MB. */
#define JAIL_ADDRESS_SPACE_MAX (64 << 20)
/* Thousandths of the memory that there is, which the kernel adds to a handler's own where it picks
 * whom to end: more than a launcher has (3 MB) from 15 MB up, less than what has eaten up a machine
 * has. */
#define EXPENDABLE_SCORE 200
/* Messages that one connection can bring about: the first few say what is wrong. */
#define DIAG_LINES_MAX 16

/* ---- The launcher ---- */

#define PORT_DEFAULT            "4221"
#define MAX_CONNECTIONS_DEFAULT 512
#define MAX_PER_SOURCE_DEFAULT  32
#define LISTENERS_MAX           64
/* The child makes three calls on it; the kernel puts no frame of its own there. */
#define SPAWN_STACK_BYTES 4096
/* Children between their start and their exec: more than one only where the launcher is ahead. */
#define SPAWN_STACKS 8
/* For such a child to leave its stack; then the launcher does what it does in a shortage. */
#define SPAWN_PATIENCE_MS 100
/* Accepted from one listener before the others and the signals get their turn. */
#define ACCEPTS_A_TURN        16
#define LISTEN_BACKLOG        4096 /* the kernel cuts it to net.core.somaxconn */
#define DRAIN_SECONDS_DEFAULT 10
/* Handlers that wait for a connection, at most: more than this at a time come rarely to the
 * machines that this is for. */
#define SPARES_DEFAULT 8
#define REUSE_DEFAULT  1
/* Their number follows what came in a slice of time; what it was once falls by a quarter a slice.
 */
#define DEMAND_SLICE_MS   100
#define DEMAND_SLICES_MAX 64
#define DEMAND_FALL       4
/* Nobody waits: the pause before one more is started. */
#define SPARES_REFILL_MS 1
/* Since the last connection: what that one made to be done is done. */
#define SPARES_CALM_MS 2
/* Connections that the launcher keeps open besides the spare that has just got them: a spare that
 * is ready takes its own up before so many others come. */
#define DEPOSITS_MAX 16
/* One ended before it had a connection: the pause before another one is started. */
#define SPARES_FAILED_MS 1000
/* Files that spares may have read: perch, and what options name. */
#define IDENTITY_FILES_MAX 16
/* After descriptors or processes ran out: the pause before accepting is tried again. */
#define SHORTAGE_PAUSE_MS 100
/* Refused sockets stay open this long, so that the 503 is read before a reset can overtake it. */
#define REFUSAL_HOLD_MS   1000
#define REFUSALS_HELD_MAX 32
/* At the total cap, with a client waiting: between two askings of handlers to end if they are idle;
 * one such asks one handler, and after so many twice as many each time, so that all of a million
 * have been asked in a fraction of a second. */
#define ROOM_STEP_MS 16
#define ROOM_SINGLES 8
/* Those that have been idle for this long are asked before those that have just answered; and those
 * that have not sent their first byte are not asked sooner. */
#define ROOM_IDLE_MS 1000
/* Between two rounds in which nobody was idle. */
#define ROOM_PAUSE_MS 200
/* For an origin whose handler was ended by a signal: as long as sshd starts with, and as it ends.
 */
#define PENALTY_SECONDS_DEFAULT 30
#define PENALTY_MAX_MS          600000
/* Origins at a time, searched one after another. */
#define PENALTIES_MAX 256
/* What happens again within this time is counted and told at its end. */
#define NEWS_PERIOD_MS 10000
/* Live counts are given to the service manager at most this often. */
#define STATUS_PERIOD_MS 1000

#endif
