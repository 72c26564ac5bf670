{
  'target_defaults': {
    'include_dirs': ['native'],
    'cflags_cc!': ['-std=gnu++17', '-std=gnu++20'],
    # gcc 12 is wrong about std::string (https://gcc.gnu.org/bugzilla/show_bug.cgi?id=105651).
    'cflags_cc': ['-std=c++20', '-Wno-restrict'],
  },
  'targets': [
    {
      'target_name': 'ringfence',
      'sources': ['<!@(node native/build/lists.mjs native/sources.json addon)'],
      'include_dirs': ['<!(node -p "require(\'node-addon-api\').include_dir")'],
      'defines': [
        'NAPI_VERSION=9',
        'NAPI_CPP_EXCEPTIONS',
        'NODE_ADDON_API_DISABLE_DEPRECATED',
        # A worker that is terminated inside of a call: there is no JS left to throw to.
        'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
      ],
      'dependencies': ['ringfence-helper'],
      'cflags_cc!': ['-fno-exceptions'],
      'cflags_cc': ['-fexceptions'],
      'cflags': [
        '-fvisibility=hidden',
        '-ffunction-sections',
        '-fdata-sections',
        '-fstack-protector-strong',
        '-U_FORTIFY_SOURCE',
        '-D_FORTIFY_SOURCE=2',
      ],
      'ldflags': [
        '-static-libstdc++',
        '-static-libgcc',
        '-Wl,--gc-sections',
        '-Wl,--version-script=<(module_root_dir)/native/build/exports.map',
        '-Wl,-z,relro,-z,now',
      ],
    },
    {
      # Freestanding: own _start, no C library.
      'target_name': 'ringfence-helper',
      'type': 'executable',
      'sources': ['<!@(node native/build/lists.mjs native/sources.json helper)'],
      'defines': ['RINGFENCE_FREESTANDING=1'],
      'cflags!': ['-pthread', '-O3', '-fno-omit-frame-pointer', '-fPIC'],
      'cflags': ['<!@(node native/build/lists.mjs native/build/helper-flags.json compile)'],
      'ldflags!': ['-pthread', '-rdynamic'],
      'ldflags': ['<!@(node native/build/lists.mjs native/build/helper-flags.json link)'],
    },
  ],
}
