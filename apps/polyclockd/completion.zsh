#compdef polyclockd
# Zsh completion of polyclockd(8): options, log levels, paths.

_arguments -S \
  '*--listen=[a listener]:URL: ' \
  '--locale=[locale for clients that name none]:locale: ' \
  '--zone=[zone for clients that name none]:IANA zone: ' \
  '--zoneinfo=[the tz database]:directory:_directories' \
  '--threads=[worker threads, 0 is one for each core]:number: ' \
  '--connections-max=[open sessions in all]:number: ' \
  '--connections-max-per-address=[open sessions for each address prefix]:number: ' \
  '--udp-rate=[datagrams answered a second for each network]:number: ' \
  '--idle-timeout=[until a session without a request is closed]:seconds: ' \
  '--request-timeout=[for a whole request, and for a reply to be taken]:seconds: ' \
  '--grace-period=[how long a drain may last]:seconds: ' \
  '--log-level=[the least severe lines that are logged]:level:(error warning info debug)' \
  '--config=[the configuration file]:file:_files' \
  '--check-config[read and check everything, exit 0 or 2]' \
  '--print-config[print the effective configuration, exit]' \
  '(- *)--version[print the version and exit]' \
  '(- *)--help[print a summary of the options and exit]'
