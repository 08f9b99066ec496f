# Installs the program, the shipped configurations and the licence.
include(GNUInstallDirs)
install(TARGETS cmgems RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(DIRECTORY configs/ DESTINATION "${CMAKE_INSTALL_DATADIR}/cmgems/configs")
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}")
