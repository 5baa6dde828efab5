/** What goes wrong with one request. */
export type Fault =
  /** An answer with this status and error code, nothing done. */
  | { readonly kind: 'error'; readonly status: number; readonly code: string }
  /** Any answer at all, nothing done. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body: string;
    }
  /** The connection breaks before anything is done. */
  | { readonly kind: 'cut' }
  /** What was asked is done, and the connection breaks before the answer. */
  | { readonly kind: 'lost-answer' }
  /** The connection is taken, and nothing ever comes back. */
  | { readonly kind: 'silent' }
  /** The body of the answer breaks off halfway. */
  | { readonly kind: 'short' }
  /** The body of the answer comes up to so many bytes, and then nothing more, for as long as the connection lasts. */
  | { readonly kind: 'stall'; readonly after: number }
  /** The body of the answer comes byte by byte, each so many milliseconds after the one before. */
  | { readonly kind: 'drip'; readonly every: number }
  /** One byte of the body of the answer is another one. */
  | { readonly kind: 'wrong-byte' }
  /** The answer says that it has so many bytes more or less than it has. */
  | { readonly kind: 'length'; readonly by: number }
  /** The answer gives another version than the object has. */
  | { readonly kind: 'wrong-etag' }
  /** Interim answers that nobody asked for come before the answer. */
  | { readonly kind: 'continue' }
  /** The connection ends with the answer. */
  | { readonly kind: 'close' }
  /** The whole object, where a part of it was asked for. */
  | { readonly kind: 'no-range' }
  /** An older object of the same name, of another folder. */
  | { readonly kind: 'replay' }
  /** What is to be written is said to be there, and something else is. */
  | { readonly kind: 'keeps'; readonly what: 'half' | 'nothing' | 'a changed byte' | 'an older one' }
  /** Conditions of a write are not looked at. */
  | { readonly kind: 'no-conditions' }
  /** What is to be deleted stays. */
  | { readonly kind: 'no-delete' }
  /** An upload under way is forgotten before it is completed. */
  | { readonly kind: 'forgets-upload' }
  /** A listing as it was before the last writes. */
  | { readonly kind: 'stale' }
  /** A listing with every key twice; one that goes round in circles; one from its end to its beginning; one that lacks every third key. */
  | { readonly kind: 'listing'; readonly how: 'twice' | 'circle' | 'backwards' | 'holes' };
