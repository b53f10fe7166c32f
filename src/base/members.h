// The members of an aggregate, counted and named by the compiler. For archive.h alone.
#pragma once

#include <cstddef>

// As many pairs of braces, as many names.
#define HAECHI_BRACES_1 \
  {}
#define HAECHI_NAMES_1 f1
#define HAECHI_BRACES_2 \
  HAECHI_BRACES_1, {}
#define HAECHI_NAMES_2 HAECHI_NAMES_1, f2
#define HAECHI_BRACES_3 \
  HAECHI_BRACES_2, {}
#define HAECHI_NAMES_3 HAECHI_NAMES_2, f3
#define HAECHI_BRACES_4 \
  HAECHI_BRACES_3, {}
#define HAECHI_NAMES_4 HAECHI_NAMES_3, f4
#define HAECHI_BRACES_5 \
  HAECHI_BRACES_4, {}
#define HAECHI_NAMES_5 HAECHI_NAMES_4, f5
#define HAECHI_BRACES_6 \
  HAECHI_BRACES_5, {}
#define HAECHI_NAMES_6 HAECHI_NAMES_5, f6
#define HAECHI_BRACES_7 \
  HAECHI_BRACES_6, {}
#define HAECHI_NAMES_7 HAECHI_NAMES_6, f7
#define HAECHI_BRACES_8 \
  HAECHI_BRACES_7, {}
#define HAECHI_NAMES_8 HAECHI_NAMES_7, f8
#define HAECHI_BRACES_9 \
  HAECHI_BRACES_8, {}
#define HAECHI_NAMES_9 HAECHI_NAMES_8, f9
#define HAECHI_BRACES_10 \
  HAECHI_BRACES_9, {}
#define HAECHI_NAMES_10 HAECHI_NAMES_9, f10
#define HAECHI_BRACES_11 \
  HAECHI_BRACES_10, {}
#define HAECHI_NAMES_11 HAECHI_NAMES_10, f11
#define HAECHI_BRACES_12 \
  HAECHI_BRACES_11, {}
#define HAECHI_NAMES_12 HAECHI_NAMES_11, f12
#define HAECHI_BRACES_13 \
  HAECHI_BRACES_12, {}
#define HAECHI_NAMES_13 HAECHI_NAMES_12, f13
#define HAECHI_BRACES_14 \
  HAECHI_BRACES_13, {}
#define HAECHI_NAMES_14 HAECHI_NAMES_13, f14
#define HAECHI_BRACES_15 \
  HAECHI_BRACES_14, {}
#define HAECHI_NAMES_15 HAECHI_NAMES_14, f15
#define HAECHI_BRACES_16 \
  HAECHI_BRACES_15, {}
#define HAECHI_NAMES_16 HAECHI_NAMES_15, f16
#define HAECHI_BRACES_17 \
  HAECHI_BRACES_16, {}
#define HAECHI_NAMES_17 HAECHI_NAMES_16, f17
#define HAECHI_BRACES_18 \
  HAECHI_BRACES_17, {}
#define HAECHI_NAMES_18 HAECHI_NAMES_17, f18
#define HAECHI_BRACES_19 \
  HAECHI_BRACES_18, {}
#define HAECHI_NAMES_19 HAECHI_NAMES_18, f19
#define HAECHI_BRACES_20 \
  HAECHI_BRACES_19, {}
#define HAECHI_NAMES_20 HAECHI_NAMES_19, f20
#define HAECHI_BRACES_21 \
  HAECHI_BRACES_20, {}
#define HAECHI_NAMES_21 HAECHI_NAMES_20, f21
#define HAECHI_BRACES_22 \
  HAECHI_BRACES_21, {}
#define HAECHI_NAMES_22 HAECHI_NAMES_21, f22
#define HAECHI_BRACES_23 \
  HAECHI_BRACES_22, {}
#define HAECHI_NAMES_23 HAECHI_NAMES_22, f23
#define HAECHI_BRACES_24 \
  HAECHI_BRACES_23, {}
#define HAECHI_NAMES_24 HAECHI_NAMES_23, f24
#define HAECHI_BRACES_25 \
  HAECHI_BRACES_24, {}
#define HAECHI_NAMES_25 HAECHI_NAMES_24, f25
#define HAECHI_BRACES_26 \
  HAECHI_BRACES_25, {}
#define HAECHI_NAMES_26 HAECHI_NAMES_25, f26
#define HAECHI_BRACES_27 \
  HAECHI_BRACES_26, {}
#define HAECHI_NAMES_27 HAECHI_NAMES_26, f27
#define HAECHI_BRACES_28 \
  HAECHI_BRACES_27, {}
#define HAECHI_NAMES_28 HAECHI_NAMES_27, f28
#define HAECHI_BRACES_29 \
  HAECHI_BRACES_28, {}
#define HAECHI_NAMES_29 HAECHI_NAMES_28, f29
#define HAECHI_BRACES_30 \
  HAECHI_BRACES_29, {}
#define HAECHI_NAMES_30 HAECHI_NAMES_29, f30
#define HAECHI_BRACES_31 \
  HAECHI_BRACES_30, {}
#define HAECHI_NAMES_31 HAECHI_NAMES_30, f31
#define HAECHI_BRACES_32 \
  HAECHI_BRACES_31, {}
#define HAECHI_NAMES_32 HAECHI_NAMES_31, f32
#define HAECHI_BRACES_33 \
  HAECHI_BRACES_32, {}
#define HAECHI_NAMES_33 HAECHI_NAMES_32, f33
#define HAECHI_BRACES_34 \
  HAECHI_BRACES_33, {}
#define HAECHI_NAMES_34 HAECHI_NAMES_33, f34
#define HAECHI_BRACES_35 \
  HAECHI_BRACES_34, {}
#define HAECHI_NAMES_35 HAECHI_NAMES_34, f35
#define HAECHI_BRACES_36 \
  HAECHI_BRACES_35, {}
#define HAECHI_NAMES_36 HAECHI_NAMES_35, f36
#define HAECHI_BRACES_37 \
  HAECHI_BRACES_36, {}
#define HAECHI_NAMES_37 HAECHI_NAMES_36, f37
#define HAECHI_BRACES_38 \
  HAECHI_BRACES_37, {}
#define HAECHI_NAMES_38 HAECHI_NAMES_37, f38
#define HAECHI_BRACES_39 \
  HAECHI_BRACES_38, {}
#define HAECHI_NAMES_39 HAECHI_NAMES_38, f39
#define HAECHI_BRACES_40 \
  HAECHI_BRACES_39, {}
#define HAECHI_NAMES_40 HAECHI_NAMES_39, f40

#define HAECHI_EACH_ROW                                                                                    \
  HAECHI_ROW(40)                                                                                           \
  HAECHI_ROW(39)                                                                                           \
  HAECHI_ROW(38) HAECHI_ROW(37) HAECHI_ROW(36) HAECHI_ROW(35) HAECHI_ROW(34) HAECHI_ROW(33) HAECHI_ROW(32) \
      HAECHI_ROW(31) HAECHI_ROW(30) HAECHI_ROW(29) HAECHI_ROW(28) HAECHI_ROW(27) HAECHI_ROW(26)            \
          HAECHI_ROW(25) HAECHI_ROW(24) HAECHI_ROW(23) HAECHI_ROW(22) HAECHI_ROW(21) HAECHI_ROW(20)        \
              HAECHI_ROW(19) HAECHI_ROW(18) HAECHI_ROW(17) HAECHI_ROW(16) HAECHI_ROW(15) HAECHI_ROW(14)    \
                  HAECHI_ROW(13) HAECHI_ROW(12) HAECHI_ROW(11) HAECHI_ROW(10) HAECHI_ROW(9) HAECHI_ROW(8)  \
                      HAECHI_ROW(7) HAECHI_ROW(6) HAECHI_ROW(5) HAECHI_ROW(4) HAECHI_ROW(3) HAECHI_ROW(2)  \
                          HAECHI_ROW(1)

namespace haechi::archive {

// Of an aggregate, bases included: as many as it can be made from, one {} each.
template <typename T>
consteval size_t member_count() {
#define HAECHI_ROW(n)                               \
  if constexpr (requires { T{HAECHI_BRACES_##n}; }) \
    return n;                                       \
  else
  HAECHI_EACH_ROW return 0;
#undef HAECHI_ROW
}

}  // namespace haechi::archive
