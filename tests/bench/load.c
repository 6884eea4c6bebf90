/*
 * A load generator for echo servers on loopback: one thread, epoll(7).
 *
 *   load messages PORT CONNECTIONS SIZE SECONDS [IDLE]
 *       every connection sends SIZE bytes, waits until they are back, sends again;
 *       IDLE further connections stay silent meanwhile
 *   load bulk PORT SECONDS
 *       one connection, as many bytes as it carries in both directions
 *   load connects PORT CONNECTIONS SECONDS
 *       connect, 64 bytes there and back, close; so many side by side
 *   load idle PORT CONNECTIONS
 *       every connection is served once, then all are silent until standard input ends
 *   load udp PORT WINDOW SIZE SECONDS
 *       numbered datagrams, WINDOW of them under way; lost after 200 ms
 *
 * The result is one line of JSON. "busy" is the share of the time for which this
 * process had a processor: near 1, it measured itself.
 *
 * With -s PID in front of all else, the server's process is known. Then "server" is
 * its share of the time, with several threads perhaps more than 1; and the two get
 * processors of their own. Side by side on one, they would wake each other four
 * times faster: whether they are, the kernel decides anew each time, and no two
 * runs could be compared.
 *
 * Every measurement begins after a warm-up of 300 ms, and every reply but those of
 * bulk is compared with what was sent.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256, MOST_SAMPLES = 1 << 23, BULK = 1 << 18 };
static const double WARM_UP = 0.3, LOSS = 0.2;

struct conn {
  int fd;
  size_t received;
  double sent_at;
  long replies; /* while it was measured */
};

static int port, poller;
static size_t size;
static unsigned char message[65536], buffer[BULK];
static float *samples; /* microseconds */
static long sample_count;
static double begin, end, cpu_begin, server_begin;
static int measuring;
static int server_pid;

static void die(const char *what) {
  fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
  exit(1);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static double cpu(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return u.ru_utime.tv_sec + u.ru_stime.tv_sec +
         (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* Of the server with all its threads and the children that it has waited for; in
   steps of 10 ms. */
static double server_cpu(void) {
  char name[64], line[1024], *rest;
  unsigned long long user, system, children_user, children_system;
  FILE *file;
  if (!server_pid) return 0;
  snprintf(name, sizeof name, "/proc/%d/stat", server_pid);
  if (!(file = fopen(name, "r"))) die("the server has ended");
  if (!fgets(line, sizeof line, file)) die(name);
  fclose(file);
  rest = strrchr(line, ')'); /* the name before it may hold blanks */
  if (!rest || sscanf(rest + 1, " %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu %llu %llu %llu",
                      &user, &system, &children_user, &children_system) != 4)
    die(name);
  return (double)(user + system + children_user + children_system) / sysconf(_SC_CLK_TCK);
}

/* One processor for us, the others for the server: for its first thread, which
   serves, and those that this thread starts from now on. */
static void part(void) {
  cpu_set_t own, others;
  int first = 0;
  if (sched_getaffinity(0, sizeof others, &others) < 0) die("sched_getaffinity");
  if (CPU_COUNT(&others) < 2) return;
  while (!CPU_ISSET(first, &others)) first++;
  CPU_ZERO(&own);
  CPU_SET(first, &own);
  CPU_CLR(first, &others);
  if (sched_setaffinity(0, sizeof own, &own) < 0) die("sched_setaffinity");
  if (sched_setaffinity(server_pid, sizeof others, &others) < 0) die("the server's processor");
}

static struct sockaddr_in server(void) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return a;
}

static int open_connection(void) {
  struct sockaddr_in to = server();
  int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0) die("socket");
  if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0) die("connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

static void watch(struct conn *c, uint32_t events) {
  struct epoll_event e = {.events = events, .data.ptr = c};
  fcntl(c->fd, F_SETFL, O_NONBLOCK);
  if (epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &e) < 0) die("epoll_ctl");
}

static void send_message(struct conn *c) {
  c->received = 0;
  c->sent_at = now();
  if (send(c->fd, message, size, MSG_NOSIGNAL) != (ssize_t)size) die("send");
}

/* Reads what there is; returns whether the whole message is back. */
static int reply_is_whole(struct conn *c) {
  ssize_t n = recv(c->fd, buffer, size - c->received, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  if (n <= 0) { if (n == 0) errno = ECONNRESET; die("the server closed"); }
  if (memcmp(buffer, message + c->received, n)) { errno = EBADMSG; die("the echo differs"); }
  c->received += n;
  return c->received == size;
}

static void sample(double since) {
  if (sample_count < MOST_SAMPLES) samples[sample_count++] = (now() - since) * 1e6;
}

static int by_value(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

static double quantile(double q) {
  return sample_count ? samples[(long)((sample_count - 1) * q)] : 0;
}

static void start_measuring(void) {
  begin = now();
  cpu_begin = cpu();
  server_begin = server_cpu();
  sample_count = 0;
}

static void warm_up(void) {
  begin = now();
  end = begin + WARM_UP;
}

/* Begins to measure behind the warm-up; returns whether that is over, too. */
static int is_over(double time, double seconds) {
  if (time <= end) return 0;
  if (measuring) return 1;
  measuring = 1;
  start_measuring();
  end = begin + seconds;
  return 0;
}

/* The fields that every result has; the caller closes the object. */
static void report(const char *unit, double amount) {
  double seconds = now() - begin, busy = cpu() - cpu_begin;
  double served = server_cpu() - server_begin;
  qsort(samples, sample_count, sizeof *samples, by_value);
  printf("{\"%s\":%.1f,\"p50\":%.1f,\"p99\":%.1f,\"max\":%.1f,\"busy\":%.2f", unit,
         amount / seconds, quantile(.5), quantile(.99), quantile(1),
         busy / seconds);
  if (server_pid) printf(",\"server\":%.2f", served / seconds);
}

static struct conn *open_all(int count) {
  struct conn *conns = calloc(count + 1, sizeof *conns);
  for (int i = 0; i < count; i++) conns[i].fd = open_connection();
  return conns;
}

static void messages(int count, double seconds, int idle) {
  struct conn *silent = open_all(idle), *conns = open_all(count);
  struct epoll_event ready[EVENTS];
  long replies = 0, least, most;
  for (int i = 0; i < idle; i++) { /* so that the server has read from it once */
    send_message(&silent[i]);
    while (!reply_is_whole(&silent[i]));
  }
  for (int i = 0; i < count; i++) watch(&conns[i], EPOLLIN), send_message(&conns[i]);
  warm_up();
  while (1) {
    int n = epoll_wait(poller, ready, EVENTS, 1000);
    if (is_over(now(), seconds)) break;
    for (int i = 0; i < n; i++) {
      struct conn *c = ready[i].data.ptr;
      if (!reply_is_whole(c)) continue;
      if (measuring) {
        sample(c->sent_at);
        c->replies++;
        replies++;
      }
      send_message(c);
    }
  }
  least = most = conns[0].replies;
  for (int i = 0; i < count; i++) {
    if (conns[i].replies < least) least = conns[i].replies;
    if (conns[i].replies > most) most = conns[i].replies;
    /* One that still waits counts for as long as it has waited. */
    sample(conns[i].sent_at);
  }
  report("rate", replies);
  printf(",\"least\":%ld,\"most\":%ld}\n", least, most);
}

static void bulk(double seconds) {
  struct conn c = {.fd = open_connection()};
  struct epoll_event ready;
  double bytes = 0;
  uint64_t sent = 0, received = 0;
  watch(&c, EPOLLIN | EPOLLOUT);
  warm_up();
  memset(message, 0x55, sizeof message);
  while (1) {
    ssize_t n;
    if (is_over(now(), seconds)) break;
    if (epoll_wait(poller, &ready, 1, 1000) < 1) continue;
    if (ready.events & EPOLLIN) {
      n = recv(c.fd, buffer, sizeof buffer, 0);
      if (n == 0) errno = ECONNRESET;
      if (n <= 0 && errno != EAGAIN) die("recv");
      if (n > 0) received += n;
      if (n > 0 && measuring) bytes += n;
    }
    if (ready.events & EPOLLOUT) {
      n = send(c.fd, message, sizeof message, MSG_NOSIGNAL);
      if (n < 0 && errno != EAGAIN) die("send");
      if (n > 0) sent += n;
    }
  }
  if (received > sent) { errno = EBADMSG; die("more came back than was sent"); }
  report("rate", bytes / 1e6);
  printf("}\n");
}

/* From another address of loopback each time: one alone has too few ports for all
   the connections that are still in TIME_WAIT. */
static void start_connect(struct conn *c) {
  static unsigned host;
  struct sockaddr_in to = server(), from = {.sin_family = AF_INET};
  int on = 1;
  c->sent_at = now();
  c->received = 0;
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (c->fd < 0) die("socket");
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + host++ % 200);
  setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  if (bind(c->fd, (struct sockaddr *)&from, sizeof from) < 0) die("bind");
  if (connect(c->fd, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS)
    die("connect");
  watch(c, EPOLLOUT);
}

static void connects(int count, double seconds) {
  struct conn *conns = calloc(count, sizeof *conns);
  struct epoll_event ready[EVENTS];
  double done = 0;
  for (int i = 0; i < count; i++) start_connect(&conns[i]);
  warm_up();
  while (1) {
    int n = epoll_wait(poller, ready, EVENTS, 1000);
    if (is_over(now(), seconds)) break;
    for (int i = 0; i < n; i++) {
      struct conn *c = ready[i].data.ptr;
      if (ready[i].events & EPOLLOUT) {
        struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
        if (send(c->fd, message, size, MSG_NOSIGNAL) != (ssize_t)size) die("send");
        epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &e);
      } else if (reply_is_whole(c)) {
        if (measuring) sample(c->sent_at), done++;
        close(c->fd);
        start_connect(c);
      }
    }
  }
  report("rate", done);
  printf("}\n");
}

static void idle(int count) {
  struct conn *conns = open_all(count);
  for (int i = 0; i < count; i++) {
    send_message(&conns[i]);
    while (!reply_is_whole(&conns[i]));
  }
  printf("{\"connections\":%d}\n", count);
  fflush(stdout);
  while (read(0, buffer, sizeof buffer) > 0);
}

static void udp(int window, double seconds) {
  struct sockaddr_in to = server();
  int fd = socket(AF_INET, SOCK_DGRAM, 0), room = 1 << 22;
  struct timeval wait = {0, 50000};
  uint64_t *number = (uint64_t *)message, next = 0, replies = 0, lost = 0;
  double *sent_at = calloc(window, sizeof *sent_at);
  uint64_t *slot = calloc(window, sizeof *slot);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0) die("connect");
  for (int i = 0; i < window; i++) {
    *number = slot[i] = next++ * window + i;
    sent_at[i] = now();
    if (send(fd, message, size, 0) < 0) die("send");
  }
  warm_up();
  while (1) {
    ssize_t n = recv(fd, buffer, sizeof buffer, 0);
    double time = now();
    if (is_over(time, seconds)) break;
    if (n < 0) { /* the window stalls: what is overdue is lost, and sent anew */
      for (int i = 0; i < window; i++) {
        if (time - sent_at[i] < LOSS) continue;
        if (measuring) lost++;
        *number = slot[i] = next++ * window + i;
        sent_at[i] = time;
        if (send(fd, message, size, 0) < 0) die("send");
      }
      continue;
    }
    uint64_t got = *(uint64_t *)buffer;
    int i = got % window;
    if (n != (ssize_t)size || slot[i] != got) continue; /* late: counted as lost */
    if (measuring) sample(sent_at[i]), replies++;
    *number = slot[i] = next++ * window + i;
    sent_at[i] = now();
    if (send(fd, message, size, 0) < 0) die("send");
  }
  report("rate", replies);
  printf(",\"lost\":%lu}\n", (unsigned long)lost);
}

int main(int argc, char **argv) {
  if (argc > 2 && !strcmp(argv[1], "-s")) {
    server_pid = atoi(argv[2]);
    argc -= 2;
    argv += 2;
    part();
  }
  const char *what = argc > 2 ? argv[1] : "";
  double *n = calloc(argc + 6, sizeof *n);
  struct rlimit limit;
  for (int i = 2; i < argc; i++) n[i] = atof(argv[i]);
  port = n[2];
  size = 64;
  poller = epoll_create1(0);
  samples = malloc(MOST_SAMPLES * sizeof *samples);
  for (size_t i = 0; i < sizeof message; i++) message[i] = i * 31 + i / 256;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  if (!strcmp(what, "messages") && argc > 5) {
    size = n[4];
    messages(n[3], n[5], n[6]);
  } else if (!strcmp(what, "bulk") && argc > 3) {
    bulk(n[3]);
  } else if (!strcmp(what, "connects") && argc > 4) {
    connects(n[3], n[4]);
  } else if (!strcmp(what, "idle") && argc > 3) {
    idle(n[3]);
  } else if (!strcmp(what, "udp") && argc > 5) {
    size = n[4];
    udp(n[3], n[5]);
  } else {
    fprintf(stderr, "load: [-s PID] messages | bulk | connects | idle | udp; see load.c\n");
    return 64;
  }
  return 0;
}
