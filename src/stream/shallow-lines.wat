;; The search behind shallow-lines.ts, for large inputs. `npm run docs` makes shallow-lines-wasm.ts of it.
(module
  (memory (export "memory") 3)

  ;; From an offset on, the first line feed that no run of `columns` spaces follows; `end` where there is none before it.
  ;; It reads up to 15 bytes and `columns` more behind `end`.
  (func (export "search") (param $at i32) (param $end i32) (param $columns i32) (result i32)
    (local $feeds v128)
    (local $column i32)
    (local $found i32)
    (loop $block
      (if (i32.ge_u (local.get $at) (local.get $end))
        (then (return (local.get $end))))
      (local.set $feeds (i8x16.eq (v128.load (local.get $at)) (i8x16.splat (i32.const 0x0a))))
      (if (v128.any_true (local.get $feeds))
        (then
          (local.set $column (i32.const 0))
          (local.set $found (i32.const 0))
          ;; A line is shallow as soon as one of its columns is no space.
          (loop $columns_of_lines
            (local.set $column (i32.add (local.get $column) (i32.const 1)))
            (local.set $found
              (i32.or (local.get $found)
                (i8x16.bitmask
                  (v128.andnot (local.get $feeds)
                    (i8x16.eq
                      (v128.load (i32.add (local.get $at) (local.get $column)))
                      (i8x16.splat (i32.const 0x20)))))))
            (br_if $columns_of_lines (i32.lt_u (local.get $column) (local.get $columns))))
          (if (local.get $found)
            (then
              (local.set $at (i32.add (local.get $at) (i32.ctz (local.get $found))))
              (return
                (select (local.get $at) (local.get $end)
                  (i32.lt_u (local.get $at) (local.get $end))))))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br $block))
    (unreachable)))
