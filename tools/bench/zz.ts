import { benchBundle } from './retrieval-bundle';
import { basisVectors, categoryPrecision } from '../../src/build/neighbors';
import { openFolder } from '../../src/build';
const cpu=()=>{const u=process.cpuUsage(); return (u.user+u.system)/1000;};
let t=cpu(); const {folder}=await benchBundle(10000); console.log('make+write cpu', cpu()-t);
t=cpu(); const b=await openFolder(folder); console.log('open cpu', cpu()-t, b.features.dim, b.features.taps);
const cats=b.items.map(i=>i.category); console.log(new Set(cats).size);
for(const basis of ['text','image','both'] as const){t=cpu(); const v=basisVectors(b,basis); const p=categoryPrecision(v,cats,5); console.log(basis,v.width,p,'cpu',cpu()-t);}
