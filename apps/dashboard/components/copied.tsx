import { useRef, useState } from 'preact/hooks';

interface Props {
  /** The kind of text, for screen readers: "the command". */
  name: string;
  text: string;
}

/** A text with a button that copies it. */
export function Copied({ name, text }: Props) {
  const box = useRef<HTMLElement>(null);
  const [status, setStatus] = useState('');
  const copy = async () =>
    setStatus((await copyText(text, box.current!)) ? 'Copied' : 'Selected: copy it by hand');
  return (
    <div class="copied">
      <code ref={box} class="command" tabIndex={0} role="group" aria-label={name}>
        {text}
      </code>
      <button type="button" class="button" aria-label={`Copy ${name}`} onClick={() => void copy()}>
        Copy
      </button>
      <span role="status" class="small soft">
        {status}
      </span>
    </div>
  );
}

/** Browsers allow the clipboard only to pages over https or from this machine; other pages copy the selection. */
async function copyText(text: string, box: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(box);
    return document.execCommand('copy');
  }
}
