import { pack, type Pack } from './pack.ts'

/** More than a pack: signing takes turns with measuring, and never happens during it. */
const PACK_SIZE = 25_000

/** Things that are made when a measurement needs them, so that no run is short of them. */
export function createSupply(make: (index: number) => Buffer, packSize = PACK_SIZE) {
  const packs: Pack[] = []
  return {
    /** Makes what is missing up to this many. */
    reach(count: number): void {
      while (packs.length * packSize < count) {
        const first = packs.length * packSize
        packs.push(pack(packSize, (i) => make(first + i)))
      }
    },
    at: (index: number): Buffer => packs[Math.floor(index / packSize)]!.at(index % packSize)!,
  }
}
