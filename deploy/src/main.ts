// What a boot unit of an earlier version starts.
await import('./main.js');
