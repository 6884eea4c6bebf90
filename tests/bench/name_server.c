/*
 * A name server in C: every name has the address 192.0.2.1, for those who ask over
 * UDP. It says at which port it listens.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { HEADER = 12, TYPE_AND_CLASS = 4 };

/* A pointer to the name asked for, type A, class IN, 60 s, four bytes. */
static const char answer[] = "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1";
enum { ANSWER = sizeof answer - 1 };

/* Turns the query into its answer: how long that is, or 0 if it is no query. */
static ssize_t answer_to(unsigned char *message, ssize_t length) {
  ssize_t end = HEADER;
  while (end < length && message[end]) end += 1 + message[end];
  end += 1 + TYPE_AND_CLASS;
  if (end > length) return 0;
  message[2] |= 0x80;                              /* a response */
  message[3] = 0x80;                               /* that knows it by recursion */
  memcpy(message + 6, "\0\1\0\0\0\0", 6);          /* one answer, nothing else */
  memcpy(message + end, answer, ANSWER);
  return end + ANSWER;
}

int main(void) {
  static unsigned char message[512 + ANSWER];
  struct sockaddr_in own = {.sin_family = AF_INET}, from;
  socklen_t length = sizeof own;
  own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (bind(fd, (struct sockaddr *)&own, sizeof own) < 0) {
    perror("bind");
    exit(1);
  }
  getsockname(fd, (struct sockaddr *)&own, &length);
  printf("listening on 127.0.0.1 port %d\n", ntohs(own.sin_port));
  fflush(stdout);
  while (1) {
    length = sizeof from;
    ssize_t n = recvfrom(fd, message, 512, 0, (struct sockaddr *)&from, &length);
    if (n > 0) n = answer_to(message, n);
    if (n > 0) sendto(fd, message, n, 0, (struct sockaddr *)&from, length);
  }
}
