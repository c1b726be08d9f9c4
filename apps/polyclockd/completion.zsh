#compdef polyclockd
# Zsh completion of polyclockd(8): options, log levels, paths.

_arguments -S \
  '*--listen=[listener]:URL: ' \
  '--locale=[locale for requests that name none]:locale: ' \
  '--zone=[time zone for requests that name none]:IANA zone: ' \
  '--zoneinfo=[directory of the tz database]:directory:_directories' \
  '--words=[directory of further words of the time]:directory:_directories' \
  '--threads=[worker threads, 0 means one per core]:number: ' \
  '--connections-max=[maximum number of open connections]:number: ' \
  '--connections-max-per-address=[maximum per address prefix]:number: ' \
  '--subscribers-max=[maximum number of open subscriptions]:number: ' \
  '--udp-rate=[UDP replies per second to each network]:number: ' \
  '--idle-timeout=[seconds until an idle connection is closed]:seconds: ' \
  '--request-timeout=[seconds to receive a request, and to send the reply]:seconds: ' \
  '--drain-delay=[seconds to go on accepting after SIGTERM]:seconds: ' \
  '--grace-period=[seconds to wait at shutdown for open connections]:seconds: ' \
  '--log-level=[lowest severity to log]:level:(error warning info debug)' \
  '--config=[configuration file]:file:_files' \
  '--check-config[check the configuration, exit 0 or 2]' \
  '--print-config[print the effective configuration, exit]' \
  '(- *)--reload=[ask that daemon to reload and wait]:process: _pids' \
  '(- *)--version[print the version and exit]' \
  '(- *)--help[print a summary of the options and exit]'
