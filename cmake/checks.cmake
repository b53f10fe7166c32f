# What HAECHI_CHECK adds. The sources of a room are compiled in a few pieces, for most of the time goes into reading headers.
set(check_address -O1 -g1 -fno-omit-frame-pointer -fsanitize=address,undefined
  -fno-sanitize=vptr,null,alignment,nonnull-attribute,returns-nonnull-attribute,object-size -fno-sanitize-recover=all)
set(check_thread -O1 -g1 -fno-omit-frame-pointer -fsanitize=thread)
set(check_coverage -O0 -g0 --coverage)
set(check_fuzz -O2 -g1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize=vptr,function -fno-sanitize-recover=all)
if(NOT DEFINED check_${HAECHI_CHECK})
  message(FATAL_ERROR "HAECHI_CHECK is address, thread, coverage or fuzz, not ${HAECHI_CHECK}")
endif()
add_compile_options(${check_${HAECHI_CHECK}})
add_link_options(${check_${HAECHI_CHECK}})

# S2 is called as Debian compiled it, and the trees of absl that we share with it look different where absl sees a sanitizer.
set(unseen -U__SANITIZE_ADDRESS__)
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  set(unseen "-D__has_feature(x)=0")
endif()
function(haechi_as_checked)
  target_compile_options(haechi_geo PRIVATE ${unseen})
  # Without exceptions there are no branches but those that somebody wrote.
  if(HAECHI_CHECK STREQUAL coverage)
    foreach(room geo law monitor dispatch cases picture)
      target_compile_options(haechi_${room} PRIVATE -fno-exceptions)
    endforeach()
  endif()
endfunction()
cmake_language(DEFER CALL haechi_as_checked)
add_compile_options(-w)  # the plain build warns

# The vocabulary is taken as the plain build compiled it: generated code is most of a build, and protobuf itself is not
# looked into either.
set(HAECHI_PLAIN "" CACHE PATH "The folder of the plain build")
function(haechi_plain_vocabulary)
  add_library(haechi_proto INTERFACE)
  target_include_directories(haechi_proto SYSTEM INTERFACE ${HAECHI_PLAIN}/generated ${HAECHI_PROTO_DIR})
  target_link_libraries(haechi_proto INTERFACE ${HAECHI_PLAIN}/libhaechi_proto.a protobuf::libprotobuf)
endfunction()
