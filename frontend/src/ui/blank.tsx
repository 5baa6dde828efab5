import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './blank.module.css';

/** A place with nothing to show: why that is, and what can be done. */
export function Blank(props: { icon: Icon; title: string; text?: string; children?: ReactNode }) {
  return (
    <div className={classes.blank}>
      <span className={classes.icon}>
        <props.icon size={26} stroke={1.6} aria-hidden />
      </span>
      <h2>{props.title}</h2>
      {props.text && <p>{props.text}</p>}
      {props.children && <div className={classes.actions}>{props.children}</div>}
    </div>
  );
}
