# The vocabulary: proto/haechi/v1, compiled to "haechi/v1/<name>.pb.h".
file(GLOB HAECHI_PROTOS CONFIGURE_DEPENDS proto/haechi/v1/*.proto)
set(generated_sources)
foreach(proto ${HAECHI_PROTOS})
  get_filename_component(name ${proto} NAME_WE)
  set(base ${HAECHI_PROTO_DIR}/haechi/v1/${name}.pb)
  # Only what it imports: a change of one file does not touch the headers of those that do not know it.
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${proto})
  file(STRINGS ${proto} imports REGEX "^import \"haechi/v1/")
  list(TRANSFORM imports REPLACE "^import \"([^\"]+)\".*" "${CMAKE_SOURCE_DIR}/proto/\\1")
  add_custom_command(
    OUTPUT ${base}.cc ${base}.h
    COMMAND ${CMAKE_COMMAND} -E make_directory ${HAECHI_PROTO_DIR}
    COMMAND protobuf::protoc -I ${CMAKE_SOURCE_DIR}/proto --cpp_out=${HAECHI_PROTO_DIR} ${proto}
    DEPENDS ${proto} ${imports})
  list(APPEND generated_sources ${base}.cc)
endforeach()
add_library(haechi_proto STATIC ${generated_sources})
# Named relative to the build folder, so that ccache serves every build folder of this tree alike.
target_compile_options(haechi_proto PUBLIC "SHELL:-isystem generated")
target_link_libraries(haechi_proto PUBLIC protobuf::libprotobuf)
target_compile_options(haechi_proto PRIVATE -w)
