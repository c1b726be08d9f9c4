#compdef polyclock
# Zsh completion of polyclock(1): options, what to ask for, styles.

_arguments -s -S \
  '*'{-s+,--server=}'[the server to ask, tried in order]:HOST[\:PORT] or unix\:/path:_hosts' \
  '*'{-l+,--locale=}'[the locale, best first]:locale: ' \
  '(-z --zone -u --utc)'{-z+,--zone=}'[the zone]:IANA zone: ' \
  '(--style -I --iso-8601)--style=[the style]:style:(phrase full long medium short iso skeleton\:)' \
  '(--style -I --iso-8601)'{-I,--iso-8601}'[answer in RFC 3339]' \
  '(-z --zone -u --utc)'{-u,--utc}'[answer in UTC]' \
  '(--quality)--at=[answer for that instant]:RFC 3339 or @SECONDS: ' \
  '(--quality)--next-transition[print when the UTC offset changes next]' \
  '(--next-transition --at)--quality[print how good the clocks are]' \
  '--ascii[only ASCII in the text]' \
  '--json[the whole answer as one JSON object]' \
  '--classic[ask with a classic packet]' \
  '--udp[ask by datagram]' \
  '--daytime=[print the line of an RFC 867 server]:HOST[\:PORT]:_hosts' \
  '--time-protocol=[print the time of an RFC 868 server]:HOST[\:PORT]:_hosts' \
  '(-t --timeout)'{-t+,--timeout=}'[seconds for the whole exchange]:seconds: ' \
  '(-q --quiet)'{-q,--quiet}'[no message on standard error]' \
  '(- *)--version[print the version and exit]' \
  '(- *)'{-h,--help}'[print a summary of the options and exit]' \
  '1:what to ask for:(date time now zones locales)' \
  '2::pattern of names: '
