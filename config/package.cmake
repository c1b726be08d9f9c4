# The two Debian packages, polyclockd and polyclock: `cpack` in the build folder makes them.
set(packages polyclockd polyclock)
include(owner.cmake)
foreach(document changelog copyright)
  configure_file(debian/${document}.in ${CMAKE_CURRENT_BINARY_DIR}/${document} @ONLY)
endforeach()
compress(${CMAKE_CURRENT_BINARY_DIR}/changelog ${CMAKE_CURRENT_BINARY_DIR}/changelog.gz)
foreach(package ${packages})
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/copyright ${CMAKE_CURRENT_BINARY_DIR}/changelog.gz
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${package})
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME polyclock)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # each package's description begins with its own
set(CPACK_PACKAGE_CONTACT ${POLYCLOCK_MAINTAINER})
set(CPACK_COMPONENTS_ALL ${packages})
set(CPACK_DEB_COMPONENT_INSTALL ON)
# The configuration is in /etc, outside the prefix, so the files are staged under DESTDIR.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Strips the programs and puts their symbols into a package of its own, PACKAGE-dbgsym.
set(CPACK_DEBIAN_DEBUGINFO_PACKAGE ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_POLYCLOCKD_PACKAGE_NAME polyclockd)
set(CPACK_DEBIAN_POLYCLOCKD_PACKAGE_SECTION net)
set(CPACK_DEBIAN_POLYCLOCKD_PACKAGE_DEPENDS tzdata)
set(CPACK_DEBIAN_POLYCLOCKD_PACKAGE_SUGGESTS "polyclock, tzdata-legacy")
set(CPACK_DEBIAN_POLYCLOCKD_DESCRIPTION "date and time server for clients in any language and zone
polyclockd is a network server for the current date and time as text, in the
language and time zone of each client. Clients such as displays, kiosks,
microcontrollers, thin clients and scripts need no tz database and no language
data.
.
It speaks the DT protocol over TCP, UDP and Unix sockets, the Daytime and Time
Protocols (RFC 867 and RFC 868), and a line-based text protocol.")
set(CPACK_DEBIAN_POLYCLOCKD_PACKAGE_CONTROL_EXTRA
  ${CMAKE_CURRENT_SOURCE_DIR}/debian/postinst ${CMAKE_CURRENT_SOURCE_DIR}/debian/prerm
  ${CMAKE_CURRENT_SOURCE_DIR}/debian/postrm ${CMAKE_CURRENT_SOURCE_DIR}/debian/triggers
  ${CMAKE_CURRENT_SOURCE_DIR}/debian/conffiles)

set(CPACK_DEBIAN_POLYCLOCK_PACKAGE_NAME polyclock)
set(CPACK_DEBIAN_POLYCLOCK_PACKAGE_SECTION net)
set(CPACK_DEBIAN_POLYCLOCK_PACKAGE_SUGGESTS polyclockd)
set(CPACK_DEBIAN_POLYCLOCK_DESCRIPTION "command-line client for date and time servers
polyclock queries a polyclockd for the date, the time or both, in a language
and a time zone, and prints one line or a JSON object. It also queries servers
of the Daytime and Time Protocols (RFC 867 and RFC 868).")
include(CPack)
