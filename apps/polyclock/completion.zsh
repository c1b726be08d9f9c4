#compdef polyclock
# Zsh completion of polyclock(1): options, commands, styles.

_arguments -s -S \
  '*'{-s+,--server=}'[server to query; the first reply counts]:HOST[\:PORT], tls\://HOST, unix\:/path or srv\:DOMAIN:_hosts' \
  '--ca=[trust the CAs of this file]:PEM file:_files' \
  '--cert=[show this certificate]:PEM file:_files' \
  '--key=[its private key]:PEM file:_files' \
  '*'{-l+,--locale=}'[locale, in order of preference]:locale: ' \
  '(-z --zone -u --utc)'{-z+,--zone=}'[time zone]:IANA zone: ' \
  '(--style -I --iso-8601)--style=[style]:style:(phrase full long medium short iso words words\:exact words\:exact-24 words\:day-period words\:viertel-eins skeleton\:)' \
  '(--style -I --iso-8601)'{-I,--iso-8601}'[answer in RFC 3339]::format:(date seconds)' \
  '(-z --zone -u --utc)'{-u,--utc}'[answer in UTC]' \
  '(--quality)--at=[answer for that instant]:RFC 3339 or @SECONDS: ' \
  '(--quality --next-transition)--next=[list the texts that follow]:number (1 to 64): ' \
  '(--quality)--next-transition[print the next change of the UTC offset]' \
  '(--next-transition --at)--quality[print the quality of the clocks]' \
  '(--at --classic --udp --next-transition --quality)--watch[print the text again each time it changes]' \
  '--stats[print what the server has counted]' \
  '--ascii[use only ASCII in the text]' \
  '--json[print the whole answer as one JSON object]' \
  '--classic[send a classic packet]' \
  '--udp[use UDP instead of TCP]' \
  '--daytime=[query a Daytime Protocol server]:HOST[\:PORT]:_hosts' \
  '--time-protocol=[query a Time Protocol server]:HOST[\:PORT]:_hosts' \
  '(-t --timeout)'{-t+,--timeout=}'[timeout of the whole exchange]:seconds: ' \
  '(-q --quiet)'{-q,--quiet}'[print no error messages]' \
  '(- *)--version[print the version and exit]' \
  '(- *)'{-h,--help}'[print a summary of the options and exit]' \
  '1:command:(date time now zones locales)' \
  '2::name pattern: '
