/*
 * An echo server in C with epoll(7), one thread: the practical limit of what an
 * echo server can do on this machine. It says at which port it listens.
 *
 *   epoll_server tcp | udp
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 256, MOST = 1 << 20 };

static char buffer[1 << 18];
/* What a slow reader has not taken yet; allocated only for one. */
static struct { char *bytes; size_t length; } left[MOST];

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void watch(int poller, int fd, int how, unsigned events) {
  struct epoll_event e = {.events = events, .data.fd = fd};
  epoll_ctl(poller, how, fd, &e);
}

static void end(int fd) {
  free(left[fd].bytes);
  left[fd].bytes = NULL;
  close(fd);
}

/* Sends what it can; what is left waits until the peer reads. */
static void put(int poller, int fd, const char *bytes, size_t length) {
  ssize_t n = send(fd, bytes, length, MSG_NOSIGNAL);
  if (n < 0 && errno != EAGAIN) { end(fd); return; }
  if (n < 0) n = 0;
  if ((size_t)n == length) {
    if (!left[fd].bytes) return;
    free(left[fd].bytes);
    left[fd].bytes = NULL;
    watch(poller, fd, EPOLL_CTL_MOD, EPOLLIN);
    return;
  }
  char *rest = malloc(length - n);
  memcpy(rest, bytes + n, length - n);
  if (left[fd].bytes) free(left[fd].bytes);
  else watch(poller, fd, EPOLL_CTL_MOD, EPOLLOUT);
  left[fd].bytes = rest;
  left[fd].length = length - n;
}

static void serve_tcp(int listener) {
  struct epoll_event ready[EVENTS];
  int poller = epoll_create1(0), on = 1;
  watch(poller, listener, EPOLL_CTL_ADD, EPOLLIN);
  while (1) {
    int count = epoll_wait(poller, ready, EVENTS, -1);
    for (int i = 0; i < count; i++) {
      int fd = ready[i].data.fd;
      if (fd == listener) {
        int conn;
        while ((conn = accept4(listener, 0, 0, SOCK_NONBLOCK)) >= 0) {
          if (conn >= MOST) { close(conn); continue; }
          setsockopt(conn, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
          watch(poller, conn, EPOLL_CTL_ADD, EPOLLIN);
        }
      } else if (left[fd].bytes) {
        put(poller, fd, left[fd].bytes, left[fd].length);
      } else {
        ssize_t n = recv(fd, buffer, sizeof buffer, 0);
        if (n > 0) put(poller, fd, buffer, n);
        else if (n == 0 || errno != EAGAIN) end(fd);
      }
    }
  }
}

static void serve_udp(int fd) {
  struct sockaddr_in from;
  while (1) {
    socklen_t length = sizeof from;
    ssize_t n = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &length);
    if (n >= 0) sendto(fd, buffer, n, 0, (struct sockaddr *)&from, length);
  }
}

int main(int argc, char **argv) {
  int is_udp = argc > 1 && !strcmp(argv[1], "udp"), on = 1;
  struct sockaddr_in own = {.sin_family = AF_INET};
  socklen_t length = sizeof own;
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = is_udp ? socket(AF_INET, SOCK_DGRAM, 0)
                  : socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, (struct sockaddr *)&own, sizeof own) < 0) die("bind");
  if (!is_udp && listen(fd, 511) < 0) die("listen");
  getsockname(fd, (struct sockaddr *)&own, &length);
  printf("listening on 127.0.0.1 port %d\n", ntohs(own.sin_port));
  fflush(stdout);
  if (is_udp) serve_udp(fd);
  serve_tcp(fd);
}
